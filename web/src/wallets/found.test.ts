import { describe, expect, it } from "vitest";
import { Found } from "./found";
import type { Standard } from "./solana";

const LOWER = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
const info = { uuid: "1", name: "Fox", icon: "data:image/svg+xml,<svg/>", rdns: "io.fox" };

function provider(answers: Record<string, unknown>) {
  const asked: unknown[] = [];
  return {
    asked,
    request: (what: { method: string; params?: readonly unknown[] }) => {
      asked.push([what.method, ...(what.params ?? [])]);
      return Promise.resolve(answers[what.method]);
    },
  };
}

function watched(page: EventTarget) {
  const found = new Found(page);
  found.watch(() => undefined);
  return found;
}

const announce = (page: EventTarget, given: ReturnType<typeof provider>, more = {}) =>
  page.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: { info: { ...info, ...more }, provider: given } }),
  );

describe("a wallet of Ethereum", () => {
  it("is found when it is asked, before the one that is only there", () => {
    const page = Object.assign(new EventTarget(), { ethereum: provider({}) });
    page.addEventListener("eip6963:requestProvider", () => announce(page, provider({})));
    expect(watched(page).now()).toMatchObject([{ name: "Fox", chain: "ethereum", icon: info.icon }]);
  });

  it("is found when it comes later, once", () => {
    const page = new EventTarget();
    const found = watched(page);
    expect(found.now()).toEqual([]);
    announce(page, provider({}));
    announce(page, provider({}));
    expect(found.now()).toHaveLength(1);
  });

  it("may only be there", () => {
    const page = Object.assign(new EventTarget(), { ethereum: provider({}) });
    expect(watched(page).now()).toMatchObject([{ name: "Ethereum wallet" }]);
  });

  it("shows no picture that somebody is asked for", () => {
    const page = new EventTarget();
    const found = watched(page);
    announce(page, provider({}), { icon: "https://tracker.example/fox.png" });
    expect(found.now()[0]?.icon).toBe("");
  });

  it("signs the bytes of a text, for an address with its checksum", async () => {
    const given = provider({ eth_requestAccounts: [LOWER], eth_chainId: "0x89", personal_sign: "0xaa01" });
    const page = new EventTarget();
    const found = watched(page);
    announce(page, given);
    const [wallet] = found.now();
    const address = (await wallet?.connect()) ?? "";
    expect(address).toBe("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    expect(await wallet?.chainId()).toBe(137);
    expect(await wallet?.sign("é", address)).toBe("0xaa1c"); // its last byte counted from 27
    expect(given.asked.at(-1)).toEqual(["personal_sign", "0xc3a9", address]);
  });
});

const standard = (features: Record<string, unknown>, chains = ["solana:mainnet"]): Standard => ({
  name: "Ghost",
  icon: "",
  chains,
  features,
});
const ACCOUNTS = [
  { address: "0xSui", chains: ["sui:mainnet"] },
  { address: "So1", chains: ["solana:mainnet", "sui:mainnet"] },
  { address: "So2", chains: ["solana:devnet"] },
];
const FEATURES = {
  "standard:connect": { connect: () => Promise.resolve({ accounts: ACCOUNTS }) },
  "solana:signMessage": {
    signMessage: ({ account, message }: { account: { address: string }; message: Uint8Array }) =>
      Promise.resolve([{ signature: account.address === "So1" ? message : new Uint8Array() }]),
  },
};

describe("a wallet of Solana", () => {
  it("registers itself, and writes signatures in base58", async () => {
    const page = new EventTarget();
    page.addEventListener("wallet-standard:app-ready", (event) => {
      (event as CustomEvent<{ register: (found: Standard) => void }>).detail.register(standard(FEATURES));
    });
    const [wallet] = watched(page).now();
    expect(wallet).toMatchObject({ name: "Ghost", chain: "solana" });
    expect(await wallet?.connect()).toBe("So1"); // the first that is of this chain
    expect(await wallet?.sign("\u0001\u0000", "So1")).toBe("5R");
    expect(await wallet?.sign("\u0001\u0000", "So2")).toBe(""); // by the account that is named
    await expect(wallet?.sign("x", "0xSui")).rejects.toThrow("no account 0xSui");
  });

  it("is of that chain, and signs messages", () => {
    const page = new EventTarget();
    const found = watched(page);
    const register = (wallet: Standard) =>
      page.dispatchEvent(
        new CustomEvent("wallet-standard:register-wallet", {
          detail: (door: { register: (wallet: Standard) => void }) => door.register(wallet),
        }),
      );
    register(standard(FEATURES, ["sui:mainnet"]));
    register(standard({}));
    expect(found.now()).toEqual([]);
    register(standard(FEATURES));
    expect(found.now()).toHaveLength(1);
  });

  it("may be of the older sort", async () => {
    const solana = {
      publicKey: { toString: () => "So2" },
      connect: () => Promise.resolve(),
      signMessage: (signature: Uint8Array) => Promise.resolve({ signature }),
    };
    const [wallet] = watched(Object.assign(new EventTarget(), { solana })).now();
    expect(await wallet?.connect()).toBe("So2");
    expect(await wallet?.sign("\u0001\u0000", "So2")).toBe("5R");
  });
});
