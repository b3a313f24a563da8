import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { botsQuery } from "@/api/queries";
import type { Account, Run } from "@/api/types";
import { alive, pull } from "@/app/kill";
import { Check, Confirm, Field, Money, Select, toasts } from "@/design";
import { plural } from "@/format";

/** Pulls the kill switch of one account: what it does is chosen and ticked, then the button names it. */
export function KillAccount({
  account,
  runs,
  onClose,
}: {
  account: Account;
  runs: readonly Run[];
  onClose: () => void;
}) {
  const [way, setWay] = useState<"stop" | "pause">("stop");
  const [sure, setSure] = useState(false);
  const { data: bots } = useQuery(botsQuery);
  const cache = useQueryClient();
  const hit = alive(runs).filter((run) => run.account_id === account.account_id);
  const names = hit.map((run) => bots?.items.find((bot) => bot.bot_id === run.bot_id)?.name ?? run.run_id);
  const act = async () => {
    if (!sure) throw new Error("Tick the box first: it says what will happen.");
    await pull([{ scope: "account", id: account.account_id }], way, "by hand, in the browser");
    await cache.invalidateQueries();
    toasts.say(`The kill switch of ${account.name} is pulled`, "bad");
  };
  return (
    <Confirm
      title={`Kill switch of ${account.name}`}
      doing={way === "stop" ? `Flatten and stop ${account.name}` : `Stop entries on ${account.name}`}
      danger
      act={act}
      onClose={onClose}
    >
      <Field label="What happens">
        {(wired) => (
          <Select
            {...wired}
            value={way}
            options={[
              { value: "stop", label: "Cancel all orders, close every position, end the runs" },
              { value: "pause", label: "No more entries; exits and stops go on" },
            ]}
            onPick={(next) => {
              setWay(next as typeof way);
              setSure(false);
            }}
          />
        )}
      </Field>
      <p>
        <strong>{plural(hit.length, "run")}</strong> on <strong>{account.name}</strong> ({account.venue},{" "}
        <Money usd={account.cash_usd} /> cash)
        {names.length > 0 &&
          `: ${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`}
      </p>
      <Check
        label={way === "stop" ? "Yes, close every position at market" : "Yes, no more entries"}
        checked={sure}
        onPick={setSure}
      />
    </Confirm>
  );
}
