import { expect, it } from "vitest";
import { ApiError } from "@/api/error";
import { askAgain } from "./queries";

it("waits long for what gets ready, but not for ever", () => {
  const ready = new ApiError(503, { code: "serve.getting_ready" });
  expect(askAgain(30, ready)).toBe(true);
  expect(askAgain(1_000, ready)).toBe(false);
  expect([0, 1, 2].map((failed) => askAgain(failed, ApiError.unreachable()))).toEqual([true, true, false]);
  expect(askAgain(0, new ApiError(400, {}))).toBe(false);
});
