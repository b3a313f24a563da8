import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import {
  Badge,
  Button,
  type Column,
  Confirm,
  Empty,
  ErrorBox,
  Icon,
  Panel,
  SkeletonRows,
  Table,
  Time,
  toasts,
  useNow,
} from "@/design";
import { TokenDialog } from "./TokenDialog";

type Token = Model<"TokenModel">;

const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => api.get("/api/v1/tokens", { signal }),
});

/** Tokens for programs: made here, shown once, taken back at any time. */
export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const cache = useQueryClient();
  const now = useNow();
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Token | null>(null);
  const renew = () => cache.invalidateQueries({ queryKey: ["tokens"] });
  const columns: Column<Token>[] = [
    { key: "name", head: "Name", cell: (row) => row.name, by: (row) => row.name },
    {
      key: "scopes",
      head: "May",
      cell: (row) => (
        <span className="settings-scopes">
          {row.scopes.map((scope) => (
            <Badge key={scope} shape={false}>
              {scope}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      key: "created",
      head: "Made",
      cell: (row) => <Time ts={row.created_ts} />,
      by: (row) => row.created_ts,
      wide: true,
    },
    { key: "expires", head: "Ends", cell: (row) => <Ends token={row} now={now} />, by: (row) => row.expires_ts },
    {
      key: "revoke",
      head: <span className="sr-only">Revoke</span>,
      right: true,
      cell: (row) => (
        <Button
          size="sm"
          look="quiet"
          icon={<Icon name="trash" />}
          aria-label={`Revoke ${row.name}`}
          onClick={() => setRevoked(row)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Panel
      title="API tokens"
      aside="for programs; each may do no more than you"
      flush
      actions={
        <Button size="sm" icon={<Icon name="plus" />} onClick={() => setMaking(true)}>
          Make a token
        </Button>
      }
    >
      {tokens.isPending && (
        <div className="panel-body">
          <SkeletonRows rows={3} />
        </div>
      )}
      {tokens.isError && (
        <div className="panel-body">
          <ErrorBox error={tokens.error} onRetry={() => void tokens.refetch()} />
        </div>
      )}
      {tokens.data && (
        <Table
          label="API tokens"
          columns={columns}
          rows={tokens.data.items}
          rowKey={(row) => row.token_id}
          empty={
            <Empty title="No tokens">
              A program sends one as <code>Authorization: Bearer …</code> and may then do what its scopes say.
            </Empty>
          }
        />
      )}
      {making && <TokenDialog onMade={renew} onClose={() => setMaking(false)} />}
      {revoked && (
        <Confirm
          title={`Revoke ${revoked.name}?`}
          doing="Revoke the token"
          danger
          onClose={() => setRevoked(null)}
          act={async () => {
            await api.delete("/api/v1/tokens/{token_id}", { path: { token_id: revoked.token_id } });
            await renew();
            toasts.say(`${revoked.name} opens nothing any more`);
          }}
        >
          <p>Programs that send it are refused from now on, and their streams end. It cannot be brought back.</p>
        </Confirm>
      )}
    </Panel>
  );
}

function Ends({ token, now }: { token: Token; now: number }) {
  if (token.expires_ts === null) return <span className="muted">never</span>;
  if (token.expires_ts <= now) return <Badge tone="bad">ended</Badge>;
  return <Time ts={token.expires_ts} />;
}
