import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Account } from "@/api/types";
import { Confirm, Field, Input, toasts } from "@/design";
import { money } from "@/format";

/** More play money. */
export function DepositDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [amount, setAmount] = useState("1000");
  const cache = useQueryClient();
  const act = async () => {
    const path = { account_id: account.account_id };
    const after = await api.post("/api/v1/accounts/{account_id}/deposit", { path, body: { amount_usd: amount } });
    cache.setQueryData(["account", account.account_id], after);
    await cache.invalidateQueries({ queryKey: ["account", account.account_id] });
    await cache.invalidateQueries({ queryKey: ["accounts"] });
    toasts.say(`${account.name} has ${money(after.cash_usd)} now`);
  };
  return (
    <Confirm title={`Deposit on ${account.name}`} doing={`Deposit $${amount || "0"}`} act={act} onClose={onClose}>
      <Field label="Play money" aside="USD">
        {(wired) => (
          <Input
            {...wired}
            inputMode="decimal"
            autoFocus
            value={amount}
            onChange={(event) => setAmount(event.target.value.trim())}
          />
        )}
      </Field>
    </Confirm>
  );
}
