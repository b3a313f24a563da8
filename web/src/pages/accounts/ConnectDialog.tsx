import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { Badge, Button, Dialog, ErrorBox, Field, Input, Select } from "@/design";
import { useWallets } from "@/wallets/found";
import { type ConnectionWish, connectionOf, FIRST, wrongConnection } from "./connectionWish";
import { PolicyFields } from "./PolicyFields";
import { signersOf } from "./signers";

const VENUES = [
  { value: "hyperliquid", label: "Hyperliquid" },
  { value: "pacifica", label: "Pacifica" },
];
const NETWORKS = [
  { value: "testnet", label: "Test network" },
  { value: "mainnet", label: "Main network, real money" },
  { value: "simulator", label: "Simulator on this machine" },
];

/** Makes an agent with a key of its own for an account of yours at a venue. What you sign for it comes next. */
export function ConnectDialog({ onClose }: { onClose: () => void }) {
  const [wish, setWish] = useState<ConnectionWish>(FIRST);
  const [shown, setShown] = useState(false);
  const [chosen, setChosen] = useState("");
  const wallets = useWallets();
  const simulated = wish.network === "simulator";
  const signers = wish.venue === "hyperliquid" && !simulated ? signersOf({ scheme: "eip712" }, wallets) : [];
  const cache = useQueryClient();
  const navigate = useNavigate();
  const wrong = wrongConnection(wish);
  const told = shown ? wrong : {};
  const change = (changed: Partial<ConnectionWish>) => setWish({ ...wish, ...changed });
  const connect = useMutation({
    mutationFn: async () => {
      const wallet = signers.find(({ id }) => id === chosen) ?? signers[0];
      return api.post("/api/v1/connections", { body: connectionOf(wish, (await wallet?.chainId()) ?? null) });
    },
    onSuccess: async (connection) => {
      await cache.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
      await navigate({ to: "/accounts/$accountId", params: { accountId: connection.account_id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShown(true);
    if (Object.keys(wrong).length === 0) connect.mutate();
  };
  return (
    <Dialog
      title="Connect a venue"
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="connect-venue" busy={connect.isPending}>
            Make the agent's key
          </Button>
        </>
      }
    >
      <p>
        Paddock never has the key of your money. It makes a key of its own, your wallet approves that key for trading,
        and a process that does nothing else signs with it, within these limits. Nothing trades until you switch it on.
      </p>
      <form id="connect-venue" className="accounts-form" onSubmit={submit} noValidate>
        <div className="accounts-row">
          <Field label="Venue">
            {(wired) => <Select {...wired} value={wish.venue} options={VENUES} onPick={(venue) => change({ venue })} />}
          </Field>
          <Field label="Network">
            {(wired) => (
              <Select
                {...wired}
                value={wish.network}
                options={NETWORKS}
                onPick={(network) => change({ network: network as ConnectionWish["network"] })}
              />
            )}
          </Field>
          <Field label="Name of the account" error={told.name}>
            {(wired) => (
              <Input
                {...wired}
                value={wish.name}
                maxLength={100}
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
        </div>
        {wish.network === "mainnet" && <Badge tone="warn">Orders on this network are of real money</Badge>}
        {simulated ? (
          <Field label="Address of the simulator" error={told.url} hint="Its owner is made up and approves everything">
            {(wired) => (
              <Input
                {...wired}
                mono
                placeholder="http://127.0.0.1:3001"
                value={wish.url}
                onChange={(event) => change({ url: event.target.value })}
              />
            )}
          </Field>
        ) : (
          <Field label="Main address" error={told.main} hint="Whose money it is; the wallet that will sign">
            {(wired) => (
              <Input {...wired} mono value={wish.main} onChange={(event) => change({ main: event.target.value })} />
            )}
          </Field>
        )}
        {signers.length > 1 && (
          <Field label="Wallet that will sign" hint="What it signs names the chain that it is on">
            {(wired) => (
              <Select
                {...wired}
                value={chosen || (signers[0]?.id ?? "")}
                options={signers.map(({ id, name }) => ({ value: id, label: name }))}
                onPick={setChosen}
              />
            )}
          </Field>
        )}
        <PolicyFields policy={wish.policy} wrong={told} onChange={(policy) => change({ policy })} />
      </form>
      {connect.isError && <ErrorBox title="It was not connected" error={connect.error} />}
    </Dialog>
  );
}
