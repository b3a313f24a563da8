import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { accountsQuery, versionsQuery } from "@/api/queries";
import { Confirm, Empty, Dialog, Field, Input, Select, SkeletonRows, toasts } from "@/design";
import { money } from "@/format";
import { feedsQuery, targetOf } from "./deploy";
import "./DeployDialog.css";

const AUTO = "";

/** A version of a bot on an account, with capital of its own. */
export function DeployDialog({ botId, name, onClose }: { botId: string; name: string; onClose: () => void }) {
  const cache = useQueryClient();
  const { data: accounts } = useQuery(accountsQuery);
  const { data: versions } = useQuery(versionsQuery(botId));
  const { data: feeds } = useQuery(feedsQuery);
  const [chosen, setChosen] = useState({ account: AUTO, version: AUTO, feed: AUTO, capital: "1000" });
  if (!accounts || !versions || !feeds) {
    return (
      <Dialog title={`Deploy “${name}”`} onClose={onClose}>
        <SkeletonRows rows={4} />
      </Dialog>
    );
  }
  const account = accounts.items.find((each) => each.account_id === chosen.account) ?? accounts.items[0];
  const version = versions.items.find((each) => String(each.version) === chosen.version) ?? versions.items[0];
  if (!account || !version) {
    return (
      <Dialog title={`Deploy “${name}”`} onClose={onClose}>
        <Empty title="There is no account yet">Open one of paper on the accounts page; play money is enough.</Empty>
      </Dialog>
    );
  }
  const own = targetOf(version.strategy);
  const act = async () => {
    await api.post("/api/v1/runs", {
      body: {
        bot_id: botId,
        account_id: account.account_id,
        capital_usd: chosen.capital.trim(),
        version: version.version,
        ...(chosen.feed ? { feed: chosen.feed } : {}),
      },
    });
    await cache.invalidateQueries();
    toasts.say(`${name} is deployed on ${account.name}. It begins at the next bar.`);
  };
  const pick = (key: keyof typeof chosen) => (value: string) => setChosen((now) => ({ ...now, [key]: value }));
  const where = account.venue === "paper" ? "on paper" : `live at ${account.venue}`;
  return (
    <Confirm
      title={`Deploy “${name}”`}
      doing={`Deploy ${where}`}
      danger={account.venue !== "paper"}
      act={act}
      onClose={onClose}
    >
      <p>
        Version {version.version} trades <strong>{where}</strong> with <strong>{money(chosen.capital)}</strong> of{" "}
        <strong>{account.name}</strong>, from the next bar on.
      </p>
      <div className="deploy-fields">
        <Field label="Account" hint={`${money(account.free_usd)} free`}>
          {(wired) => (
            <Select
              {...wired}
              value={account.account_id}
              options={accounts.items.map((each) => ({
                value: each.account_id,
                label: `${each.name} · ${each.venue}`,
              }))}
              onPick={pick("account")}
            />
          )}
        </Field>
        <Field label="Capital" aside="USD">
          {(wired) => (
            <Input
              {...wired}
              inputMode="decimal"
              value={chosen.capital}
              onChange={(event) => pick("capital")(event.target.value)}
            />
          )}
        </Field>
        <Field label="Version">
          {(wired) => (
            <Select
              {...wired}
              value={String(version.version)}
              options={versions.items.map((each) => ({
                value: String(each.version),
                label: `Version ${each.version}`,
              }))}
              onPick={pick("version")}
            />
          )}
        </Field>
        <Field label="Market data" hint={own ? `the strategy asks for ${own}` : undefined}>
          {(wired) => (
            <Select
              {...wired}
              value={chosen.feed}
              options={[
                { value: AUTO, label: "As the strategy says" },
                ...feeds.items.map((each) => ({ value: each.feed, label: each.feed })),
              ]}
              onPick={pick("feed")}
            />
          )}
        </Field>
      </div>
    </Confirm>
  );
}
