import { afterEach, expect, it, vi } from "vitest";
import { toasts } from "@/design/toasts";
import { live } from "@/live/live";
import { signOut } from "./session";

vi.mock("@/live/live", () => ({ live: { start: vi.fn(), stop: vi.fn() } }));

const assign = vi.fn();

function answer(status: number): void {
  const error = { message: "The server is busy." };
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ error }), { status })));
  vi.stubGlobal("location", { assign });
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  assign.mockClear();
});

it("says so where nobody could sign out", async () => {
  vi.useFakeTimers();
  answer(503);
  await signOut();
  expect(toasts.all()).toMatchObject([{ tone: "bad", text: "You are still signed in. The server is busy." }]);
  expect(assign).not.toHaveBeenCalled();
  expect(live.start).toHaveBeenCalled();
});

it("leaves a session that has ended already", async () => {
  answer(401);
  await signOut();
  expect(assign).toHaveBeenCalledWith("/");
});
