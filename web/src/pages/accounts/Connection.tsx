import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Account, Model, Run } from "@/api/types";
import { useMay } from "@/app/session";
import { Button, Confirm, ErrorBox, Money, Panel, SkeletonRows, Time, toasts } from "@/design";
import { money, plural } from "@/format";
import { Checklist } from "./Checklist";
import { tradable } from "./connectionWish";
import { Drafts } from "./Drafts";
import { LimitsDialog } from "./LimitsDialog";

type Connected = Model<"ConnectionModel">;

interface Props {
  account: Account;
  connection: UseQueryResult<Connected>;
  runs: readonly Run[];
}

/** The venue that trades for this account: what is signed, what may be signed, and the switch. */
export function Connection({ account, connection, runs }: Props) {
  if (connection.isPending)
    return (
      <Panel title="Connection">
        <SkeletonRows rows={4} />
      </Panel>
    );
  if (connection.isError)
    return (
      <Panel title="Connection">
        <ErrorBox error={connection.error} onRetry={() => void connection.refetch()} />
      </Panel>
    );
  const shown = connection.data;
  const living = shown.status === "draft" || shown.status === "active";
  return (
    <div className="accounts-pair">
      <div className="accounts-stack">
        {shown.status === "draft" && <Drafts connection={shown} />}
        {shown.status === "active" && <Checklist account={account} connection={shown} />}
        {!living && (
          <Panel title="Connection">
            <p>
              It is {shown.status}
              {shown.reason && `: ${shown.reason}`}. Its key is destroyed; to trade again, connect the venue anew. Take
              the agent away at the venue, too: only your wallet can.
            </p>
          </Panel>
        )}
      </div>
      <Facts account={account} connection={shown} runs={runs} living={living} />
    </div>
  );
}

interface FactsProps {
  account: Account;
  connection: Connected;
  runs: readonly Run[];
  living: boolean;
}

function Facts({ account, connection, runs, living }: FactsProps) {
  const [dialog, setDialog] = useState<"disable" | "revoke" | "limits" | null>(null);
  const cache = useQueryClient();
  const may = useMay("live");
  const path = { account_id: account.account_id };
  const { policy } = connection;
  const done = async (told: string) => {
    await cache.invalidateQueries({ queryKey: ["account", account.account_id] });
    await cache.invalidateQueries({ queryKey: ["accounts"] });
    toasts.say(told);
  };
  const close = () => setDialog(null);
  return (
    <Panel title="Connection">
      <div className="accounts-stack">
        <dl className="accounts-facts">
          <Fact name="Venue">
            {connection.venue}, {connection.network}
          </Fact>
          <Fact name="Whose money">
            <code>{connection.main}</code>
          </Fact>
          <Fact name="Agent">
            <code>{connection.agent}</code>
          </Fact>
          <Fact name="May trade">{tradable(policy.symbols)}</Fact>
          <Fact name="Largest order">
            <Money usd={policy.order_usd} />
          </Fact>
          <Fact name="Orders of a day">
            <Money usd={policy.day_usd} />
          </Fact>
          <Fact name="Most leverage">{policy.max_leverage}×</Fact>
          {connection.expires_ts !== null && (
            <Fact name="Ends">
              <Time ts={connection.expires_ts} />
            </Fact>
          )}
        </dl>
        {living && may && (
          <div className="accounts-acts">
            <Button size="sm" onClick={() => setDialog("limits")}>
              Change the limits
            </Button>
            {connection.live && (
              <Button size="sm" onClick={() => setDialog("disable")}>
                Switch live trading off
              </Button>
            )}
            <Button size="sm" onClick={() => setDialog("revoke")}>
              Revoke the key…
            </Button>
          </div>
        )}
      </div>
      {dialog === "limits" && <LimitsDialog account={account} policy={policy} onClose={close} />}
      {dialog === "disable" && (
        <Confirm
          title={`Switch live trading off on ${account.name}?`}
          doing="Switch it off"
          onClose={close}
          act={async () => {
            await api.post("/api/v1/accounts/{account_id}/live/disable", {
              path,
              body: { reason: "by hand, in the browser" },
            });
            await done("Only exits are signed from now on");
          }}
        >
          <p>
            Only what takes risk away is signed from now on. <strong>{plural(runs.length, "run")}</strong> on{" "}
            <strong>{account.name}</strong> are paused, and tend what they hold.
          </p>
        </Confirm>
      )}
      {dialog === "revoke" && (
        <Confirm
          title={`Revoke the key of ${account.name}?`}
          doing="Destroy the key for good"
          danger
          onClose={close}
          act={async () => {
            await api.post("/api/v1/accounts/{account_id}/live/revoke", {
              path,
              body: { reason: "by hand, in the browser" },
            });
            await done("The key is destroyed; nothing is signed any more");
          }}
        >
          <p>
            Nothing is signed any more, at once and for good, and {plural(runs.length, "run")} on{" "}
            <strong>{account.name}</strong> ({connection.venue} {connection.network}, {money(account.cash_usd)}) stop.
          </p>
          <p>
            <strong>Positions and orders at the venue stay there.</strong> To leave them first, pull the account's kill
            switch, wait until it is flat, and revoke then.
          </p>
        </Confirm>
      )}
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
