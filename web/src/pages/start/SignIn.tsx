import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { ErrorBox, SkeletonRows } from "@/design";
import { useWallets } from "@/wallets/found";
import { forget, handedOver } from "./handed";
import { Privy } from "./Privy";
import { TokenForm } from "./TokenForm";
import { NoWallets, WalletList } from "./WalletList";

const waysQuery = queryOptions({
  queryKey: ["signin"],
  queryFn: ({ signal }) => api.get("/api/v1/signin", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The ways in that this server has on, and this browser can go; what it cannot go is told below. */
export function SignIn() {
  const { data: ways, error, isPending, isFetched, refetch } = useQuery(waysQuery);
  const [privy, setPrivy] = useState(handedOver);
  const found = useWallets();
  const domains = ways?.domains ?? [];
  const wallets = domains.includes(location.host) ? found : [];
  const second = ways !== undefined && (privy !== null || wallets.length > 0);
  const spent = () => {
    forget();
    setPrivy(null);
  };
  return (
    <section className="start-form" aria-label="Sign in">
      <h2>Sign in</h2>
      {isPending && <SkeletonRows rows={6} />}
      {error && <ErrorBox title="The ways in could not be read" error={error} onRetry={() => void refetch()} />}
      {ways && privy !== null && <Privy token={privy} ways={ways} onSpent={spent} />}
      {ways && wallets.length > 0 && <WalletList ways={ways} wallets={wallets} />}
      {second && <p className="start-or">or, if you run this server</p>}
      {isFetched && <TokenForm second={second} />}
      {domains.length > 0 && wallets.length === 0 && <NoWallets domains={domains} />}
      {ways?.privy_app_id && privy === null && (
        <p className="faint">
          An account of Privy comes in through the application that it belongs to, which opens this page for you.
        </p>
      )}
    </section>
  );
}
