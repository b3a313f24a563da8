import { describe, expect, it } from "vitest";
import { checksummed, hex } from "./hex";
import { keccak256 } from "./keccak";

const of = (text: string): string => hex(keccak256(new TextEncoder().encode(text)));

describe("keccak256", () => {
  it("is Ethereum's, not SHA3", () => {
    expect(of("")).toBe("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect(of("abc")).toBe("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    expect(of("transfer(address,uint256)").slice(0, 8)).toBe("a9059cbb");
  });

  it("says what it does not hash", () => {
    expect(() => of("a".repeat(136))).toThrow(RangeError);
    expect(of("a".repeat(135))).toHaveLength(64);
  });
});

describe("an address", () => {
  // The examples of EIP-55.
  it.each([
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  ])("has its checksum: %s", (address) => {
    expect(checksummed(address.toLowerCase())).toBe(address);
  });
});
