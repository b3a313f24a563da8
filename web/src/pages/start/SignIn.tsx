import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { SkeletonRows } from "@/design";
import { useWallets } from "@/wallets/found";
import { HANDED } from "./handed";
import { Privy } from "./Privy";
import { TokenForm } from "./TokenForm";
import { NoWallets, WalletList } from "./WalletList";

const waysQuery = queryOptions({
  queryKey: ["signin"],
  queryFn: ({ signal }) => api.get("/api/v1/signin", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The ways in that this server has on, and this browser can go; what it cannot go is told below. */
export function SignIn() {
  const { data: ways, isPending } = useQuery(waysQuery);
  const [privy, setPrivy] = useState(HANDED);
  const found = useWallets();
  const domains = ways?.domains ?? [];
  const wallets = domains.includes(location.host) ? found : [];
  const second = privy !== null || wallets.length > 0;
  return (
    <section className="start-form" aria-label="Sign in">
      <h2>Sign in</h2>
      {isPending && <SkeletonRows rows={6} />}
      {ways && privy !== null && <Privy token={privy} ways={ways} onSpent={() => setPrivy(null)} />}
      {ways && wallets.length > 0 && <WalletList ways={ways} wallets={wallets} />}
      {!isPending && second && <p className="start-or">or, if you run this server</p>}
      {!isPending && <TokenForm second={second} />}
      {domains.length > 0 && wallets.length === 0 && <NoWallets domains={domains} />}
      {ways?.privy_app_id && privy === null && (
        <p className="faint">
          An account of Privy comes in through the application that it belongs to, which opens this page for you.
        </p>
      )}
    </section>
  );
}
