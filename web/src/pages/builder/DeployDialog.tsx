import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountsQuery } from "@/api/queries";
import { api } from "@/api/client";
import { errors } from "@/builder/problems";
import { unsaved } from "@/builder/state";
import { Button, Confirm, Dialog, Empty, Field, Input, Select, SkeletonRows } from "@/design";
import { money } from "@/format";
import { useBuilder } from "./context";
import { feedsQuery } from "./queries";
import type { Saving } from "./useSave";

const PAPER = "paper";
const NEW = "new account";
const DEPOSIT = "10000";

/** A run with play money; says beforehand what will happen, on what, with how much. */
export function DeployDialog({ saving, onClose }: { saving: Saving; onClose: () => void }) {
  const { state, doc, checked } = useBuilder();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const accounts = useQuery(accountsQuery).data?.items.filter((account) => account.venue === PAPER);
  const feeds = useQuery(feedsQuery).data;
  const [accountId, setAccount] = useState<string | null>(null);
  const [feedName, setFeed] = useState<string | null>(null);
  const [capital, setCapital] = useState("1000");
  const fitting = (feeds ?? []).filter((feed) => feed.interval === doc.scope.interval);
  const exact = fitting.filter((feed) => feed.venue === doc.scope.venue);
  const feed = fitting.find((one) => one.feed === feedName) ?? exact[0] ?? fitting[0];
  const enough = accounts?.find((one) => Number(one.free_usd) >= Number(capital));
  const account = accountId === NEW ? undefined : (accounts?.find((one) => one.account_id === accountId) ?? enough);

  if (!accounts || !feeds) {
    return (
      <Dialog title="Deploy on paper" onClose={onClose}>
        <SkeletonRows rows={4} label="Accounts and markets" />
      </Dialog>
    );
  }
  if (errors(checked.problems) > 0) {
    return (
      <Dialog title="Deploy on paper" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
        <Empty title="It has errors">What has errors is not run: mend them first, each is on its node.</Empty>
      </Dialog>
    );
  }
  if (!feed) {
    return (
      <Dialog title="Deploy on paper" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
        <Empty title={`No market brings ${doc.scope.interval} bars`}>
          {feeds.length === 0
            ? "The server plays no market. Start it with “paddock serve --demo”, or with a feed."
            : `There is ${[...new Set(feeds.map((one) => `${one.venue} ${one.interval}`))].join(", ")}. Change the strategy's interval, or add a feed.`}
        </Empty>
      </Dialog>
    );
  }
  const there = doc.scope.symbols?.filter((symbol) => feed.symbols.includes(symbol)) ?? feed.symbols;
  const deploy = async () => {
    const saved = unsaved(state) ? await saving.save() : state.saved;
    if (!saved) throw new Error("It could not be saved, so nothing was deployed.");
    const made = account ?? (await api.post("/api/v1/accounts", { body: { name: "Paper", deposit_usd: DEPOSIT } }));
    const body = {
      bot_id: saved.botId,
      account_id: made.account_id,
      capital_usd: capital.trim(),
      feed: feed.feed,
      version: saved.version,
    };
    const run = await api.post("/api/v1/runs", { body });
    for (const key of ["runs", "accounts", "fleet"]) void cache.invalidateQueries({ queryKey: [key] });
    void navigate({ to: "/bots/$botId", params: { botId: saved.botId }, search: { run: run.run_id } });
  };
  const version = unsaved(state)
    ? `version ${(state.saved?.version ?? 0) + 1}, saved first`
    : `version ${state.saved?.version}`;
  return (
    <Confirm title="Deploy on paper" doing="Deploy on paper" act={deploy} onClose={onClose}>
      <Field label="Market">
        {(wired) => (
          <Select
            {...wired}
            value={feed.feed}
            options={fitting.map((one) => ({ value: one.feed, label: `${one.feed} (${one.venue} ${one.interval})` }))}
            onPick={setFeed}
          />
        )}
      </Field>
      <Field
        label="Account"
        hint={
          account ? `${money(account.free_usd)} are free in it.` : `It is opened with ${money(DEPOSIT)} of play money.`
        }
      >
        {(wired) => (
          <Select
            {...wired}
            value={account?.account_id ?? NEW}
            options={[
              ...accounts.map((one) => ({ value: one.account_id, label: one.name })),
              { value: NEW, label: "A new paper account" },
            ]}
            onPick={setAccount}
          />
        )}
      </Field>
      <Field label="Capital of this run" aside="USD">
        {(wired) => (
          <Input {...wired} inputMode="decimal" value={capital} onChange={(event) => setCapital(event.target.value)} />
        )}
      </Field>
      <p>
        <strong>{doc.name}</strong> ({version}) trades{" "}
        <strong>{there.length > 0 ? listed(there) : "no market: none of its symbols is there"}</strong> with{" "}
        <strong>{money(capital)}</strong> of play money, out of{" "}
        <strong>{account ? `the account ${account.name}` : "a new paper account"}</strong>. It begins at the next{" "}
        {doc.scope.interval} bar. No real money is involved.
      </p>
    </Confirm>
  );
}

function listed(symbols: readonly string[]): string {
  return symbols.length <= 6 ? symbols.join(", ") : `${symbols.slice(0, 5).join(", ")} and ${symbols.length - 5} more`;
}
