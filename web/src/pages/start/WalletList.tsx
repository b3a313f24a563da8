import { useMutation } from "@tanstack/react-query";
import { signIn } from "@/app/session";
import { Button, ErrorBox, Icon } from "@/design";
import { useWallets } from "@/wallets/found";
import type { Chain, Wallet } from "@/wallets/wallet";
import { enterWith, type Ways } from "./enter";

const CHAIN: Record<Chain, string> = { ethereum: "Ethereum", solana: "Solana" };

/** The wallets of this browser, each a button; on a page that the server takes no wallets on, where to go instead. */
export function WalletList({ ways }: { ways: Ways }) {
  const wallets = useWallets();
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: (wallet: Wallet) => signIn(() => enterWith(wallet, ways, location)),
  });
  if (!ways.domains.includes(location.host)) return <Elsewhere domains={ways.domains} />;
  if (wallets.length === 0) {
    return (
      <p className="start-note">
        No wallet is in this browser. With the extension of an Ethereum or Solana wallet, it can be used to sign in
        here: reload the page once you have one.
      </p>
    );
  }
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

function Elsewhere({ domains }: { domains: readonly string[] }) {
  return (
    <p className="start-note">
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
