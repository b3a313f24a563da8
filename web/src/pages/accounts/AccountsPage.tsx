import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountsQuery, killsQuery, runsQuery } from "@/api/queries";
import type { Account } from "@/api/types";
import { alive } from "@/app/kill";
import { Page } from "@/app/Page";
import { useMay } from "@/app/session";
import { Button, type Column, Empty, ErrorBox, Icon, Money, Panel, SkeletonRows, Table } from "@/design";
import { AccountBadges } from "./AccountBadges";
import { ConnectDialog } from "./ConnectDialog";
import { KillAccount } from "./KillAccount";
import { OpenDialog } from "./OpenDialog";
import { connectionsQuery } from "./queries";
import "./Accounts.css";

/** Paper accounts, and accounts of venues that agents trade for. */
export default function AccountsPage() {
  const accounts = useQuery(accountsQuery);
  const [dialog, setDialog] = useState<"open" | "connect" | null>(null);
  const [paper, live] = [useMay("paper"), useMay("live")];
  return (
    <Page
      title="Accounts"
      facts="Money that bots trade with: play money here, or yours at a venue"
      actions={
        <>
          {live && <Button onClick={() => setDialog("connect")}>Connect a venue</Button>}
          {paper && (
            <Button look="primary" icon={<Icon name="plus" />} onClick={() => setDialog("open")}>
              Open a paper account
            </Button>
          )}
        </>
      }
    >
      {accounts.isError && (
        <ErrorBox
          title="Your accounts cannot be listed"
          error={accounts.error}
          onRetry={() => void accounts.refetch()}
        />
      )}
      {accounts.isPending && (
        <Panel>
          <SkeletonRows rows={4} />
        </Panel>
      )}
      {accounts.data && <All accounts={accounts.data.items} onOpen={() => setDialog("open")} />}
      {!paper && <p className="muted">Your sign-in may look at accounts, and not change them.</p>}
      {dialog === "open" && <OpenDialog onClose={() => setDialog(null)} />}
      {dialog === "connect" && <ConnectDialog onClose={() => setDialog(null)} />}
    </Page>
  );
}

function All({ accounts, onOpen }: { accounts: readonly Account[]; onOpen: () => void }) {
  const navigate = useNavigate();
  const { data: runs } = useQuery(runsQuery);
  const { data: kills } = useQuery(killsQuery);
  const { data: connections } = useQuery(connectionsQuery);
  const mayPaper = useMay("paper");
  const mayLive = useMay("live");
  const [killed, setKilled] = useState<Account | null>(null);
  const running = (account: Account) =>
    alive(runs?.items ?? []).filter((run) => run.account_id === account.account_id).length;
  const columns: Column<Account>[] = [
    { key: "name", head: "Account", cell: (row) => <strong>{row.name}</strong>, by: (row) => row.name },
    { key: "venue", head: "Venue", cell: (row) => row.venue, by: (row) => row.venue },
    {
      key: "state",
      head: "State",
      cell: (row) => (
        <AccountBadges
          account={row}
          kills={kills?.items ?? []}
          connection={connections?.items.findLast((each) => each.account_id === row.account_id)}
        />
      ),
    },
    { key: "runs", head: "Runs", cell: running, by: running, right: true, wide: true },
    {
      key: "cash",
      head: "Cash",
      cell: (row) => <Money usd={row.cash_usd} />,
      by: (row) => Number(row.cash_usd),
      right: true,
    },
    {
      key: "free",
      head: "Free",
      cell: (row) => <Money usd={row.free_usd} />,
      by: (row) => Number(row.free_usd),
      right: true,
      wide: true,
    },
    {
      key: "kill",
      head: <span className="sr-only">Kill switch</span>,
      right: true,
      cell: (row) =>
        (row.venue === "paper" ? mayPaper : mayLive) && (
          <Button
            size="sm"
            look="quiet"
            icon={<Icon name="power" />}
            aria-label={`Kill switch of ${row.name}`}
            onClick={(event) => {
              event.stopPropagation();
              setKilled(row);
            }}
          >
            Kill
          </Button>
        ),
    },
  ];
  return (
    <>
      <Panel title="Your accounts" flush>
        <Table
          label="Accounts"
          columns={columns}
          rows={accounts}
          rowKey={(row) => row.account_id}
          onRow={(row) => void navigate({ to: "/accounts/$accountId", params: { accountId: row.account_id } })}
          empty={
            <Empty
              title="No account yet"
              action={
                mayPaper && (
                  <Button look="primary" onClick={onOpen}>
                    Open a paper account
                  </Button>
                )
              }
            >
              A bot needs an account to trade on. Begin with play money: it fills, pays fees and funding as a venue
              would.
            </Empty>
          }
        />
      </Panel>
      {killed && <KillAccount account={killed} runs={runs?.items ?? []} onClose={() => setKilled(null)} />}
    </>
  );
}
