import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Page } from "@/app/Page";
import { accountsQuery, botQuery, runsQuery, versionsQuery } from "@/api/queries";
import type { Run } from "@/api/types";
import { ErrorBox, Skeleton } from "@/design";
import { currentRun } from "@/runs/words";
import { BotActions } from "./BotActions";
import { BotFacts } from "./BotFacts";
import { NotDeployed } from "./NotDeployed";
import { RunView } from "./RunView";

/** One bot: what it does now, why, what came of it, and what can be asked of it. */
export default function BotPage() {
  const { botId } = useParams({ from: "/bots/$botId" });
  const { run: wanted } = useSearch({ from: "/bots/$botId" });
  const navigate = useNavigate();
  const { data: bot, error, refetch } = useQuery(botQuery(botId));
  const { data: runs } = useQuery(runsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  const { data: versions } = useQuery(versionsQuery(botId));
  if (error) {
    return (
      <Page title="Bot">
        <ErrorBox error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!bot || !runs || !accounts || !versions) {
    return (
      <Page title="Bot" heading={<Skeleton width={240} height={28} />}>
        <Skeleton height={92} />
        <Skeleton height={460} />
      </Page>
    );
  }
  const own = runs.items.filter((run) => run.bot_id === botId);
  const run = own.find((each) => each.run_id === wanted) ?? currentRun(own);
  const account = accounts.items.find((each) => each.account_id === run?.account_id);
  const pick = (picked: Run) =>
    void navigate({ to: "/bots/$botId", params: { botId }, search: { run: picked.run_id }, replace: true });
  const version = versions.items.find((each) => each.version === (run?.version ?? bot.version));
  return (
    <Page
      title={bot.name}
      facts={<BotFacts run={run} runs={own} account={account?.name} bot={bot} onPick={pick} />}
      actions={<BotActions bot={bot} run={run} account={account?.name ?? ""} />}
    >
      {run ? (
        <RunView key={run.run_id} run={run} strategy={version?.strategy ?? {}} versions={versions.items} />
      ) : (
        <NotDeployed bot={bot} versions={versions.items} />
      )}
    </Page>
  );
}
