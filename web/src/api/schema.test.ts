import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const file = (path: string): string => new URL(path, import.meta.url).pathname;

it("is what the API describes now; else run: make api", () => {
  const made = execFileSync(
    process.execPath,
    [file("../../node_modules/openapi-typescript/bin/cli.js"), file("../../openapi.json")],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  expect(made.trim()).toBe(readFileSync(file("./schema.d.ts"), "utf8").trim());
}, 60_000);
