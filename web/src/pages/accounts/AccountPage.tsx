import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { botsQuery, killsQuery, runsQuery } from "@/api/queries";
import type { Account, Kill, Model, Run } from "@/api/types";
import { alive, release } from "@/app/kill";
import { Page } from "@/app/Page";
import { useMay } from "@/app/session";
import {
  Button,
  type Column,
  Confirm,
  Empty,
  ErrorBox,
  Icon,
  Money,
  Panel,
  Skeleton,
  Stat,
  Stats,
  Table,
  Time,
  toasts,
} from "@/design";
import { plural } from "@/format";
import { AccountBadges } from "./AccountBadges";
import { Connection } from "./Connection";
import { DepositDialog } from "./DepositDialog";
import { KillAccount } from "./KillAccount";
import { Ledger } from "./Ledger";
import { inRuns } from "./bookings";
import { accountQuery, connectionQuery } from "./queries";
import "./Accounts.css";

/** One account: its money, its runs, its connection, its ledger. */
export default function AccountPage() {
  const { accountId } = useParams({ from: "/accounts/$accountId" });
  const account = useQuery(accountQuery(accountId));
  const venue = account.data?.venue ?? "paper";
  const connection = useQuery({ ...connectionQuery(accountId), enabled: venue !== "paper", retry: false });
  const { data: runs } = useQuery(runsQuery);
  const { data: kills } = useQuery(killsQuery);
  const [dialog, setDialog] = useState<"kill" | "deposit" | null>(null);
  const may = useMay(venue === "paper" ? "paper" : "live");
  if (account.isError)
    return (
      <Page title="Account">
        <ErrorBox error={account.error} onRetry={() => void account.refetch()} />
        <Link to="/accounts">Back to your accounts</Link>
      </Page>
    );
  if (account.isPending)
    return (
      <Page title="Account">
        <Skeleton height={84} />
        <Skeleton height={300} />
      </Page>
    );
  const shown = account.data;
  const mine = alive(runs?.items ?? []).filter((run) => run.account_id === accountId);
  return (
    <Page
      title={shown.name}
      facts={
        <>
          <Link to="/accounts">Accounts</Link>
          <span>{shown.venue}</span>
          <AccountBadges account={shown} kills={kills?.items ?? []} connection={connection.data} />
          <span>
            opened <Time ts={shown.opened_ts} />
          </span>
        </>
      }
      actions={
        may && (
          <>
            {venue === "paper" && <Button onClick={() => setDialog("deposit")}>Deposit play money</Button>}
            <Button look="danger" icon={<Icon name="power" />} onClick={() => setDialog("kill")}>
              Kill switch
            </Button>
          </>
        )
      }
    >
      <Engaged account={shown} kills={kills?.items ?? []} may={may} />
      {shown.frozen !== "" && <Frozen account={shown} may={may} />}
      <Stats>
        <Stat label="Cash">
          <Money usd={shown.cash_usd} />
        </Stat>
        <Stat label="With runs" note={plural(mine.length, "run is alive", "runs are alive")}>
          <Money usd={inRuns(shown)} />
        </Stat>
        <Stat label="Free" note="what no run has">
          <Money usd={shown.free_usd} />
        </Stat>
      </Stats>
      {venue !== "paper" && <Connection account={shown} connection={connection} runs={mine} />}
      <Runs runs={(runs?.items ?? []).filter((run) => run.account_id === accountId)} />
      <Ledger accountId={accountId} />
      {dialog === "kill" && <KillAccount account={shown} runs={runs?.items ?? []} onClose={() => setDialog(null)} />}
      {dialog === "deposit" && <DepositDialog account={shown} onClose={() => setDialog(null)} />}
    </Page>
  );
}

/** The switch that holds over this account, and how to let go. */
function Engaged({ account, kills, may }: { account: Account; kills: readonly Kill[]; may: boolean }) {
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const kill = kills.find((each) => each.scope === `account:${account.account_id}`);
  if (!kill) return null;
  return (
    <div className="accounts-banner accounts-banner-bad" role="status">
      <span>
        <strong>The kill switch is pulled</strong> since <Time ts={kill.engaged_ts} /> by {kill.by}
        {kill.reason && `: ${kill.reason}`}
      </span>
      {may && <Button onClick={() => setAsking(true)}>Release it</Button>}
      {asking && (
        <Confirm
          title={`Release the kill switch of ${account.name}?`}
          doing="Release it"
          onClose={() => setAsking(false)}
          act={async () => {
            await release(kill);
            await cache.invalidateQueries({ queryKey: ["kills"] });
            toasts.say("Released. What was stopped stays stopped.");
          }}
        >
          <p>Runs may be started on {account.name} again. What was stopped stays stopped.</p>
        </Confirm>
      )}
    </div>
  );
}

/** Something odd was seen: a person has to look before there are entries again. */
function Frozen({ account, may }: { account: Account; may: boolean }) {
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <div className="accounts-banner" role="status">
      <span>
        <strong>Frozen: there are no entries.</strong> {account.frozen}
      </span>
      {may && <Button onClick={() => setAsking(true)}>I have looked</Button>}
      {asking && (
        <Confirm
          title={`Let ${account.name} enter again?`}
          doing="Lift the freeze"
          onClose={() => setAsking(false)}
          act={async () => {
            const path = { account_id: account.account_id };
            await api.post("/api/v1/accounts/{account_id}/lift", { path, body: {} });
            await cache.invalidateQueries({ queryKey: ["account", account.account_id] });
            await cache.invalidateQueries({ queryKey: ["accounts"] });
          }}
        >
          <p>Entries go on, on all symbols, unless the books still disagree with the venue. It was frozen for:</p>
          <p>{account.frozen}</p>
        </Confirm>
      )}
    </div>
  );
}

/** The runs on it, those that ended included. */
function Runs({ runs }: { runs: readonly Run[] }) {
  const { data: bots } = useQuery(botsQuery);
  const nameOf = (run: Model<"RunModel">) =>
    bots?.items.find((bot) => bot.bot_id === run.bot_id)?.name ?? run.bot_id.slice(0, 8);
  const columns: Column<Run>[] = [
    {
      key: "bot",
      head: "Bot",
      cell: (row) => (
        <Link to="/bots/$botId" params={{ botId: row.bot_id }} search={{ run: row.run_id }}>
          {nameOf(row)}
        </Link>
      ),
      by: nameOf,
    },
    { key: "state", head: "State", cell: (row) => row.state, by: (row) => row.state },
    { key: "feed", head: "Feed", cell: (row) => row.feed, by: (row) => row.feed, wide: true },
    {
      key: "capital",
      head: "Capital",
      cell: (row) => <Money usd={row.capital_usd} />,
      by: (row) => Number(row.capital_usd),
      right: true,
      wide: true,
    },
    {
      key: "pnl",
      head: "PnL",
      cell: (row) => <Money usd={row.pnl_usd} change why="it has not decided yet" />,
      by: (row) => (row.pnl_usd === null ? null : Number(row.pnl_usd)),
      right: true,
    },
    {
      key: "deployed",
      head: "Deployed",
      cell: (row) => <Time ts={row.deployed_ts} />,
      by: (row) => row.deployed_ts,
      wide: true,
    },
  ];
  return (
    <Panel title="Runs" flush>
      <Table
        label="Runs of the account"
        columns={columns}
        rows={runs}
        rowKey={(row) => row.run_id}
        height={300}
        empty={
          <Empty title="No run is on it" action={<Link to="/">Deploy a bot</Link>}>
            A bot that is deployed here gets a part of its cash as its own.
          </Empty>
        }
      />
    </Panel>
  );
}
