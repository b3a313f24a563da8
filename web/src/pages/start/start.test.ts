import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/error";
import type { Wallet } from "@/wallets/wallet";
import { enterWith, type Ways } from "./enter";
import { subjectOf, tokenIn } from "./handed";
import { messageOf } from "./message";
import { told } from "./refusals";

const PAGE = { host: "app.example.org", origin: "https://app.example.org" };
const WAYS: Ways = { domains: [PAGE.host], ethereum_chains: [1], solana_chains: ["mainnet"], privy_app_id: "" };
const MESSAGE = {
  chain: "ethereum" as const,
  address: "0xAb",
  domain: PAGE.host,
  uri: PAGE.origin,
  chainId: "1",
  nonce: "0123456789abcdef",
  issued_ts: 0,
  expires_ts: 300_000,
};

const wallet = (more: Partial<Wallet> = {}): Wallet => ({
  id: "1",
  name: "Fox",
  icon: "",
  chain: "ethereum",
  connect: () => Promise.resolve("0xAb"),
  chainId: () => Promise.resolve(1),
  sign: () => Promise.resolve("0x00"),
  ...more,
});

const thrown = (error: unknown) => told(error, wallet());

it("writes the message of the standard", () => {
  expect(messageOf(MESSAGE)).toBe(`app.example.org wants you to sign in with your Ethereum account:
0xAb

Sign in to Paddock. This moves no money and costs nothing.

URI: https://app.example.org
Version: 1
Chain ID: 1
Nonce: 0123456789abcdef
Issued At: 1970-01-01T00:00:00.000Z
Expiration Time: 1970-01-01T00:05:00.000Z`);
});

describe("a refusal", () => {
  it("is told by what the wallet said", () => {
    expect(thrown({ code: 4001, message: "x" }).message).toBe("You said no in Fox");
    expect(thrown(new Error("User rejected the request.")).message).toBe("You said no in Fox");
    expect(thrown({ code: -32002 }).suggestion).toContain("open the wallet");
    expect(thrown({ code: 4900 }).message).toContain("not connected");
    expect(thrown("odd").message).toBe("Fox did not sign");
    expect(thrown(new Error("Ledger: locked")).seen).toBe("Ledger: locked");
  });

  it("of the server stays what it is", () => {
    const other = new ApiError(401, { message: "no", where: "signature", rule: "it is 64 bytes" });
    expect(thrown(other)).toBe(other);
  });
});

describe("signing in", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("asks nothing of the server while the wallet is on another chain", async () => {
    const fetched = vi.fn();
    vi.stubGlobal("fetch", fetched);
    const entered = enterWith(wallet({ chainId: () => Promise.resolve(137) }), WAYS, PAGE);
    await expect(entered).rejects.toMatchObject({ seen: "Polygon (137)", rule: "this server takes Ethereum (1)" });
    await expect(enterWith(wallet({ connect: () => Promise.resolve("") }), WAYS, PAGE)).rejects.toThrow("no account");
    expect(fetched).not.toHaveBeenCalled();
  });

  it("leaves it to the server whether it is too late: this clock may be wrong", async () => {
    vi.useFakeTimers({ now: 900_000 });
    const error = { message: "no", rule: "it was issued just now", suggestion: "see that your clock is right" };
    const fetched = vi
      .fn()
      .mockResolvedValueOnce(new Response(JSON.stringify({ nonce: "n", expires_ts: 300_000 })))
      .mockResolvedValueOnce(new Response(JSON.stringify({ error }), { status: 401 }));
    vi.stubGlobal("fetch", fetched);
    await expect(enterWith(wallet(), WAYS, PAGE)).rejects.toMatchObject(error);
    expect(fetched).toHaveBeenCalledTimes(2);
  });
});

describe("a token that was handed over", () => {
  const token = `a.${btoa(JSON.stringify({ sub: "did:privy:ann" }))}.c`.replace(/=/g, "");
  it("is what stands behind the # alone", () => {
    expect(tokenIn(`#privy=${token}`)).toBe(token);
    expect(tokenIn("#content")).toBe(null);
    expect(tokenIn(`#privy=${token}&x`)).toBe(null);
  });
  it("says whose it claims to be", () => {
    expect(subjectOf(token)).toBe("did:privy:ann");
    expect(subjectOf("a.b.c")).toBe("");
  });
});
