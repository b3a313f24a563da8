import { useMutation } from "@tanstack/react-query";
import { signIn } from "@/app/session";
import { Button, ErrorBox, Icon } from "@/design";
import type { Chain, Wallet } from "@/wallets/wallet";
import { enterWith, type Ways } from "./enter";

const CHAIN: Record<Chain, string> = { ethereum: "Ethereum", solana: "Solana" };

/** The wallets of this browser, each a button. */
export function WalletList({ ways, wallets }: { ways: Ways; wallets: readonly Wallet[] }) {
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: (wallet: Wallet) => signIn(() => enterWith(wallet, ways, location)),
  });
  return (
    <div className="start-way">
      {wallets.map((wallet) => (
        <Button
          key={wallet.id}
          className="start-wallet"
          busy={isPending && variables.id === wallet.id}
          disabled={isPending}
          icon={<Picture wallet={wallet} />}
          onClick={() => mutate(wallet)}
        >
          <span>Continue with {wallet.name}</span>
          <span className="faint">{CHAIN[wallet.chain]}</span>
        </Button>
      ))}
      {isPending && (
        <p className="start-note" role="status">
          Confirm in {variables.name}: it shows a message to sign, which moves no money and costs nothing.
        </p>
      )}
      {error && <ErrorBox error={error} />}
    </div>
  );
}

function Picture({ wallet }: { wallet: Wallet }) {
  return wallet.icon ? <img src={wallet.icon} alt="" width={18} height={18} /> : <Icon name="accounts" />;
}

/** Why there are none here, and where to go instead. */
export function NoWallets({ domains }: { domains: readonly string[] }) {
  if (domains.includes(location.host)) {
    return (
      <p className="faint">
        Wallets can sign in here too, but this browser has none: reload the page once it has the extension of an
        Ethereum or Solana wallet.
      </p>
    );
  }
  return (
    <p className="faint">
      Wallets sign in at{" "}
      {domains.map((domain, at) => (
        <span key={domain}>
          {at > 0 && ", "}
          <a href={`${location.protocol}//${domain}/`}>{domain}</a>
        </span>
      ))}
      : the message to sign names the page, and this one, {location.host}, is none that the server knows.
    </p>
  );
}
