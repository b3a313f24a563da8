import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import { useMay } from "@/app/session";
import { Age, Badge, Button, ErrorBox, Field, Icon, Input, Panel, SkeletonRows, useNow } from "@/design";
import { useWallets } from "@/wallets/found";
import type { Wallet } from "@/wallets/wallet";
import { draftsQuery } from "./queries";
import { sign, signersOf } from "./signers";

type Draft = Model<"DraftModel">;
type Connected = Model<"ConnectionModel">;

const WHAT: Record<Draft["kind"], string> = {
  agent: "The agent may trade for the account",
  builder: "A builder is paid a fee of its orders",
};

/** What the owner has to sign, to the letter. */
export function Drafts({ connection }: { connection: Connected }) {
  const drafts = useQuery(draftsQuery(connection.account_id));
  const cache = useQueryClient();
  const may = useMay("live");
  const path = { account_id: connection.account_id };
  const renew = () => cache.invalidateQueries({ queryKey: ["account", connection.account_id] });
  const redraft = useMutation({
    mutationFn: () => api.post("/api/v1/accounts/{account_id}/connection/drafts", { path }),
    onSuccess: renew,
  });
  const refresh = useMutation({
    mutationFn: () => api.post("/api/v1/accounts/{account_id}/connection/refresh", { path }),
    onSuccess: renew,
  });
  const now = useNow();
  const late = drafts.data?.items.some((draft) => draft.signed_ts === null && draft.until_ts <= now) ?? false;
  return (
    <Panel title="Sign these in your wallet" aside="they are kept to the letter, together with your signature">
      <div className="accounts-stack">
        {drafts.isPending && <SkeletonRows rows={5} />}
        {drafts.isError && <ErrorBox error={drafts.error} onRetry={() => void drafts.refetch()} />}
        {drafts.data?.items.map((draft) => (
          <One
            key={`${draft.kind}${draft.made_ts}`}
            draft={draft}
            connection={connection}
            late={draft.until_ts <= now}
          />
        ))}
        {connection.reason && <p className="muted">{connection.reason}</p>}
        {may && (
          <div className="accounts-acts">
            {late && (
              <Button busy={redraft.isPending} onClick={() => redraft.mutate()}>
                Draft them anew
              </Button>
            )}
            <Button icon={<Icon name="refresh" />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
              Ask the venue whether it knows the agent
            </Button>
          </div>
        )}
        {redraft.isError && <ErrorBox error={redraft.error} />}
        {refresh.isError && <ErrorBox error={refresh.error} />}
      </div>
    </Panel>
  );
}

function One({ draft, connection, late }: { draft: Draft; connection: Connected; late: boolean }) {
  const [signature, setSignature] = useState("");
  const cache = useQueryClient();
  const signers = signersOf(draft, useWallets());
  const may = useMay("live");
  const hand = useMutation({
    mutationFn: async (wallet: Wallet | null) => {
      const given = wallet ? await sign(draft, connection.main, wallet) : signature.trim();
      return api.post("/api/v1/accounts/{account_id}/connection/approvals", {
        path: { account_id: connection.account_id },
        body: { kind: draft.kind, signature: given },
      });
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["account", connection.account_id] }),
  });
  return (
    <div className="accounts-draft">
      <div className="accounts-draft-head">
        <strong>{WHAT[draft.kind]}</strong>
        <Where draft={draft} late={late} />
      </div>
      <pre tabIndex={0} aria-label="The message">
        {readable(draft)}
      </pre>
      {may && draft.signed_ts === null && !late && (
        <>
          <div className="accounts-acts">
            {signers.map((wallet) => (
              <Button key={wallet.id} look="primary" busy={hand.isPending} onClick={() => hand.mutate(wallet)}>
                Sign in {wallet.name}
              </Button>
            ))}
            <span className="faint">
              good until <Age ts={draft.until_ts} />
            </span>
          </div>
          <Field label={signers.length > 0 ? "Or sign it elsewhere and paste the signature" : "The signature"}>
            {(wired) => (
              <Input
                {...wired}
                mono
                placeholder={draft.scheme === "eip712" ? "0x…" : "base58"}
                value={signature}
                onChange={(event) => setSignature(event.target.value)}
              />
            )}
          </Field>
          <div className="accounts-acts">
            <Button disabled={signature.trim() === ""} busy={hand.isPending} onClick={() => hand.mutate(null)}>
              Hand in the signature
            </Button>
          </div>
        </>
      )}
      {hand.isError && <ErrorBox title="It was not taken" error={hand.error} />}
    </div>
  );
}

function Where({ draft, late }: { draft: Draft; late: boolean }) {
  if (draft.sent_ts !== null) return <Badge tone="good">at the venue</Badge>;
  if (draft.signed_ts !== null) return <Badge tone="accent">signed, not yet at the venue</Badge>;
  return late ? <Badge tone="bad">nobody signed it in time</Badge> : <Badge tone="warn">not signed</Badge>;
}

/** Typed data laid out in lines, what is said of it first; the wallet gets the message as it is. */
function readable(draft: Draft): string {
  if (draft.scheme !== "eip712") return draft.message;
  try {
    const { primaryType, message, ...rest } = JSON.parse(draft.message) as Record<string, unknown>;
    return JSON.stringify({ primaryType, message, ...rest }, null, 2);
  } catch {
    return draft.message;
  }
}
