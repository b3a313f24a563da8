import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { SkeletonRows } from "@/design";
import { HANDED } from "./handed";
import { Privy } from "./Privy";
import { TokenForm } from "./TokenForm";
import { WalletList } from "./WalletList";

const waysQuery = queryOptions({
  queryKey: ["signin"],
  queryFn: ({ signal }) => api.get("/api/v1/signin", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The ways in that this server has on, and this browser can go. */
export function SignIn() {
  const { data: ways, isPending } = useQuery(waysQuery);
  const [privy, setPrivy] = useState(HANDED);
  const wallets = (ways?.domains.length ?? 0) > 0;
  return (
    <section className="start-form" aria-label="Sign in">
      <h2>Sign in</h2>
      {isPending && <SkeletonRows rows={6} />}
      {privy !== null && ways && <Privy token={privy} ways={ways} onSpent={() => setPrivy(null)} />}
      {wallets && ways && <WalletList ways={ways} />}
      {!isPending && (
        <>
          {(wallets || privy !== null) && <p className="start-or">or, who runs this server</p>}
          <TokenForm second={wallets || privy !== null} />
        </>
      )}
      {ways?.privy_app_id && privy === null && (
        <p className="faint">
          An account of Privy comes in through the application that it belongs to, which opens this page for you.
        </p>
      )}
    </section>
  );
}
