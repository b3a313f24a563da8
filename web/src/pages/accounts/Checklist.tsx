import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Account, Model } from "@/api/types";
import { useMay } from "@/app/session";
import { Button, Confirm, ErrorBox, Icon, Panel, SkeletonRows, toasts } from "@/design";
import { money } from "@/format";
import { tradable } from "./connectionWish";
import { checklistQuery } from "./queries";

type Finding = Model<"FindingModel">;

interface Props {
  account: Account;
  connection: Model<"ConnectionModel">;
}

/** What stands for and against trading live now, each with the one thing that mends it; and the switch. */
export function Checklist({ account, connection }: Props) {
  const list = useQuery(checklistQuery(account.account_id));
  const cache = useQueryClient();
  const may = useMay("live");
  const [asking, setAsking] = useState(false);
  const { policy } = connection;
  const act = async () => {
    const path = { account_id: account.account_id };
    await api.post("/api/v1/accounts/{account_id}/live/enable", { path });
    await cache.invalidateQueries({ queryKey: ["account", account.account_id] });
    await cache.invalidateQueries({ queryKey: ["accounts"] });
    toasts.say(`${account.name} trades live now`);
  };
  if (!may)
    return (
      <Panel title="Checklist">
        <p className="muted">Your sign-in may not trade live. Ask somebody whose sign-in has the scope “live”.</p>
      </Panel>
    );
  return (
    <Panel
      title="Checklist"
      aside={list.data && (list.data.passed ? "nothing stands against it" : "something stands against it")}
      actions={
        <>
          <Button size="sm" icon={<Icon name="refresh" />} busy={list.isFetching} onClick={() => void list.refetch()}>
            {list.data ? "Go through it again" : "Go through it"}
          </Button>
          {list.data?.passed && !connection.live && (
            <Button size="sm" look="primary" onClick={() => setAsking(true)}>
              Switch live trading on
            </Button>
          )}
        </>
      }
    >
      {list.isError && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isFetching && !list.data && <SkeletonRows rows={6} />}
      {!list.data && !list.isFetching && !list.isError && (
        <p className="muted">
          Before live trading can be switched on, the signer and the venue are asked whether anything stands against it.
          Nothing is ordered or changed.
        </p>
      )}
      {list.data && (
        <ul className="accounts-findings">
          {list.data.findings.map((finding) => (
            <One key={finding.name} finding={finding} />
          ))}
        </ul>
      )}
      {asking && (
        <Confirm
          title={`Trade live on ${account.name}?`}
          doing={`Trade live on ${connection.network}`}
          danger={connection.network === "mainnet"}
          act={act}
          onClose={() => setAsking(false)}
        >
          <p>
            Orders of bots on <strong>{account.name}</strong> go to{" "}
            <strong>
              {connection.venue}, {connection.network}
            </strong>
            : at most {money(policy.order_usd)} each and {money(policy.day_usd)} a day, at {policy.max_leverage}× or
            less, on {tradable(policy.symbols)}.
          </p>
          <p>Runs that are paused stay paused. {account.name} can be switched off at any time.</p>
        </Confirm>
      )}
    </Panel>
  );
}

function One({ finding }: { finding: Finding }) {
  return (
    <li className={finding.passed ? "accounts-finding" : "accounts-finding accounts-finding-bad"}>
      <Icon name={finding.passed ? "check" : "close"} />
      <span>
        <span className="sr-only">{finding.passed ? "Passed: " : "Stands against it: "}</span>
        {finding.name}
      </span>
      <div>
        <p>{finding.seen}</p>
        {!finding.passed && <p>{finding.rule}</p>}
        {finding.mend !== "" && <p className="accounts-mend">→ {finding.mend}</p>}
      </div>
    </li>
  );
}
