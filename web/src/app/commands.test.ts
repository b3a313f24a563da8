import { describe, expect, it } from "vitest";
import { type Command, fit, fitting } from "./commands";
import { targetOf, targets } from "./kill";
import { parsePreferences } from "./preferences";
import { pressed } from "./shortcuts";

const command = (label: string): Command => ({ key: label, label, group: "Page", icon: "home", run: () => undefined });

describe("the palette", () => {
  const all = ["Dashboard", "Data", "Backtest lab"].map(command);
  it("shows all in their order before anything is typed", () => {
    expect(fitting(all, "").map(({ label }) => label)).toEqual(["Dashboard", "Data", "Backtest lab"]);
  });
  it("prefers the beginnings of words", () => {
    expect(fitting(all, "bl").map(({ label }) => label)[0]).toBe("Backtest lab");
    expect(fitting(all, "dat").map(({ label }) => label)[0]).toBe("Data");
    expect(fit("Dashboard", "xyz")).toBeNull();
  });
});

it("writes what was pressed", () => {
  const key = (changed: object) => ({ key: "K", ctrlKey: false, metaKey: false, altKey: false, ...changed });
  expect(pressed(key({ ctrlKey: true }))).toBe("ctrl k");
  expect(pressed(key({ metaKey: true }))).toBe("ctrl k");
  expect(pressed(key({ key: "?" }))).toBe("?");
});

it("reads preferences, whatever was kept", () => {
  expect(parsePreferences('{"theme":"light","swappedHues":true}')).toEqual({ theme: "light", swappedHues: true });
  expect(parsePreferences("nonsense")).toEqual({ theme: "system", swappedHues: false });
  expect(parsePreferences('{"theme":"pink"}').theme).toBe("system");
});

it("pulls the platform's switch for an admin, else that of each account", () => {
  const account = { account_id: "a" } as Parameters<typeof targets>[1][number];
  expect(targets(true, [account])).toEqual([{ scope: "platform", id: "" }]);
  expect(targets(false, [account])).toEqual([{ scope: "account", id: "a" }]);
  const kill = (scope: string) => ({ scope }) as Parameters<typeof targetOf>[0];
  expect(targetOf(kill("run:r:1"))).toEqual({ scope: "run", id: "r:1" });
  expect(targetOf(kill("platform"))).toEqual({ scope: "platform", id: "" });
});
