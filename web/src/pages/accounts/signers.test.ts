import { expect, it } from "vitest";
import { ethereumWallet } from "@/wallets/ethereum";
import { olderWallet } from "@/wallets/solana";
import { sign, signersOf } from "./signers";

const TYPED = { scheme: "eip712" as const, message: '{"primaryType":"x"}' };
const TEXT = { scheme: "ed25519" as const, message: "approve" };

const asked: unknown[] = [];
const provider = {
  request: ({ method, params = [] }: { method: string; params?: readonly unknown[] }) => {
    asked.push(method, ...params);
    return Promise.resolve(
      method === "eth_requestAccounts" ? ["0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"] : "0xab1b",
    );
  },
};
const ethereum = ethereumWallet({ info: { uuid: "1", name: "Fox", icon: "" }, provider });
const solana = olderWallet({
  connect: () => Promise.resolve(),
  signMessage: (message) => {
    asked.push(new TextDecoder().decode(message));
    return Promise.resolve({ signature: new Uint8Array([1, 0]) });
  },
});

it("are those of the draft's chain, each of them", () => {
  const second = ethereumWallet({ info: { uuid: "2", name: "Bear", icon: "" }, provider });
  const wallets = [ethereum, solana, second];
  expect(signersOf(TYPED, wallets)).toEqual([ethereum, second]);
  expect(signersOf(TEXT, wallets)).toEqual([solana]);
  expect(signersOf(TEXT, [ethereum])).toEqual([]);
});

it("get the message to the letter, for the main address", async () => {
  expect(await sign(TYPED, "0xmain", ethereum)).toBe("0xab1b");
  expect(asked.splice(0)).toEqual(["eth_requestAccounts", "eth_signTypedData_v4", "0xmain", TYPED.message]);
  expect(await sign(TEXT, "main", solana)).toBe("5R");
  expect(asked.splice(0)).toEqual([TEXT.message]);
});
