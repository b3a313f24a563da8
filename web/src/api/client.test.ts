import { afterEach, describe, expect, it, vi } from "vitest";
import { api, leave, newKey, urlOf, whenSignedOut } from "./client";
import { ApiError } from "./error";

const answer = (status: number, body: unknown): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { "X-Request-Id": "r1" } });

afterEach(() => vi.unstubAllGlobals());

it("writes addresses, with nothing of a value left unescaped", () => {
  expect(urlOf("/a/{id}", { id: "x/../y?" }, { after: undefined, limit: 2, ids: ["a", "b"] })).toBe(
    "/a/x%2F..%2Fy%3F?limit=2&ids=a&ids=b",
  );
});

it("makes keys that differ", () => expect(newKey()).not.toBe(newKey()));

describe("a request", () => {
  it("is not made by a page that is being left", () => {
    const fetched = vi.fn();
    vi.stubGlobal("fetch", fetched);
    leave(true);
    void api.get("/api/v1/kills");
    leave(false);
    expect(fetched).not.toHaveBeenCalled();
  });
  it("carries a key when it writes, and only then", async () => {
    const fetched = vi.fn((_url: string, _sent: RequestInit) => Promise.resolve(answer(200, { items: [] })));
    vi.stubGlobal("fetch", fetched);
    await api.get("/api/v1/kills");
    await api.post("/api/v1/kills/release", { body: { scope: "platform", id: "" } });
    const keys = fetched.mock.calls.map(([, sent]) => (sent.headers as Record<string, string>)["Idempotency-Key"]);
    expect(keys[0]).toBeUndefined();
    expect(keys[1]).toMatch(/^[0-9a-f]{32}$/);
  });
  it("fails with what the server said", async () => {
    const error = {
      kind: "refused",
      code: "account.free",
      message: "no",
      seen: "5",
      rule: "r",
      suggestion: "s",
      where: "w",
      problems: [],
    };
    vi.stubGlobal("fetch", () => Promise.resolve(answer(409, { error })));
    const failed = await api.get("/api/v1/kills").catch((caught: unknown) => caught);
    expect(failed).toBeInstanceOf(ApiError);
    expect(failed).toMatchObject({
      status: 409,
      code: "account.free",
      suggestion: "s",
      requestId: "r1",
      passing: false,
    });
  });
  it("says that nobody answers, which passes", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));
    await expect(api.get("/api/v1/kills")).rejects.toMatchObject({ code: "unreachable", passing: true });
  });
  it("tells when nobody is signed in any more", async () => {
    const told = vi.fn();
    whenSignedOut(told);
    vi.stubGlobal("fetch", () => Promise.resolve(answer(401, { error: {} })));
    await api.get("/api/v1/kills").catch(() => undefined);
    expect(told).toHaveBeenCalledOnce();
  });
});
