import { expect, it } from "vitest";
import { base58 } from "./base58";

it("writes what other programs write", () => {
  expect(base58(new TextEncoder().encode("Hello World!"))).toBe("2NEpo7TZRRrLZSi2U");
  expect(base58(new Uint8Array([0, 0, 40, 127, 180, 205]))).toBe("11233QC4");
  expect(base58(new Uint8Array([0, 0]))).toBe("11");
  expect(base58(new Uint8Array())).toBe("");
});
