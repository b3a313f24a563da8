import { describe, expect, it } from "vitest";
import { canSign, sign } from "./wallet";

const typed = { scheme: "eip712" as const, message: '{"primaryType":"x"}' };
const text = { scheme: "ed25519" as const, message: "approve" };

describe("sign", () => {
  it("hands typed data to an Ethereum wallet as it is", async () => {
    const asked: unknown[] = [];
    const ethereum = {
      request: (what: { method: string; params?: unknown[] }) => {
        asked.push(what.method, ...(what.params ?? []));
        return Promise.resolve("0xab");
      },
    };
    expect(await sign(typed, "0xmain", { ethereum })).toBe("0xab");
    expect(asked).toEqual(["eth_requestAccounts", "eth_signTypedData_v4", "0xmain", typed.message]);
  });

  it("writes a Solana wallet's bytes in base58", async () => {
    const seen: string[] = [];
    const solana = {
      connect: () => Promise.resolve(),
      signMessage: (bytes: Uint8Array) => {
        seen.push(new TextDecoder().decode(bytes));
        return Promise.resolve({ signature: new Uint8Array([1, 0]) });
      },
    };
    expect(await sign(text, "main", { solana })).toBe("5R");
    expect(seen).toEqual(["approve"]);
  });

  it("takes no wallet of another kind", async () => {
    expect(canSign(text, { ethereum: { request: () => Promise.resolve() } })).toBe(false);
    await expect(sign(text, "main", {})).rejects.toThrow("paste");
  });
});
