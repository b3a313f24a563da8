import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Account, Model } from "@/api/types";
import { Confirm, toasts } from "@/design";
import { policyOf, wrongPolicy } from "./connectionWish";
import { PolicyFields } from "./PolicyFields";

interface Props {
  account: Account;
  policy: Model<"PolicyModel">;
  onClose: () => void;
}

/** Other limits for the same key. */
export function LimitsDialog({ account, policy, onClose }: Props) {
  const [wish, setWish] = useState({
    symbols: policy.symbols.join(", "),
    order: plain(policy.order_usd),
    day: plain(policy.day_usd),
    leverage: String(policy.max_leverage),
  });
  const cache = useQueryClient();
  const wrong = wrongPolicy(wish);
  const act = async () => {
    const [first] = Object.values(wrong);
    if (first) throw new Error(first);
    const path = { account_id: account.account_id };
    await api.post("/api/v1/accounts/{account_id}/connection/policy", { path, body: policyOf(wish) });
    await cache.invalidateQueries({ queryKey: ["account", account.account_id] });
    toasts.say(`The limits of ${account.name} are changed`);
  };
  return (
    <Confirm title={`Limits of ${account.name}`} doing="Change the limits" act={act} onClose={onClose}>
      <PolicyFields policy={wish} wrong={wrong} onChange={setWish} />
    </Confirm>
  );
}

/** Without zeros that say nothing: "500.000000" is 500. */
function plain(usd: string): string {
  return usd.includes(".") ? usd.replace(/\.?0+$/, "") : usd;
}
