import { useQuery } from "@tanstack/react-query";
import type { Bot, Run } from "@/api/types";
import { Money, Select } from "@/design";
import { moment } from "@/format";
import { HealthBadge, RunBadge } from "@/runs/RunBadge";
import { healthQuery } from "@/runs/queries";
import { runLook } from "@/runs/words";

interface Props {
  bot: Bot;
  run: Run | null;
  runs: readonly Run[];
  account: string | undefined;
  onPick: (run: Run) => void;
}

export function BotFacts({ bot, run, runs, account, onPick }: Props) {
  const { data: health } = useQuery({ ...healthQuery(run?.run_id ?? ""), enabled: run !== null });
  if (!run) return <RunBadge run={null} />;
  const newest = [...runs].sort((a, b) => b.deployed_ts - a.deployed_ts);
  return (
    <>
      <RunBadge run={run} />
      {health && run.state === "active" && <HealthBadge health={health} />}
      <span>
        {run.feed} on {account ?? "an account"}
      </span>
      <span>
        <Money usd={run.capital_usd} decimals={0} /> of capital
      </span>
      <span>
        Version {run.version}
        {run.version !== bot.version && ` of ${bot.version}`}
      </span>
      {newest.length > 1 && (
        <Select
          small
          aria-label="Run"
          className="bot-run"
          value={run.run_id}
          options={newest.map((each) => ({
            value: each.run_id,
            label: `Deployed ${moment(each.deployed_ts)}, ${runLook(each).label.toLowerCase()}`,
          }))}
          onPick={(id) => {
            const found = runs.find((each) => each.run_id === id);
            if (found) onPick(found);
          }}
        />
      )}
    </>
  );
}
