/** Which questions an event makes stale: by the first words of their keys. */
import type { Happened } from "./stream";

export type Key = readonly string[];

/** "run:r1" is of the run r1; a stream without a name is the platform's. */
export function keysOf(event: Pick<Happened, "stream" | "kind">): Key[] {
  const [sort = "", id = ""] = event.stream.split(/:(.*)/s);
  const [what = ""] = event.kind.split(".");
  const keys: Key[] = [];
  if (sort === "run") keys.push(["run", id], ["fleet"]);
  if (sort === "run" && what === "run") keys.push(["runs"]);
  if (sort === "bot") keys.push(["bot", id], ["bots"], ["fleet"]);
  if (sort === "account") keys.push(["account", id], ["accounts"], ["fleet"]);
  if (what === "kill") keys.push(["kills"], ["runs"]);
  if (what === "job") keys.push(["backtests"], ["backtest"]);
  if (what === "account") keys.push(["accounts"]);
  return keys;
}

/** Each key once, and none that another one covers. */
export function distinct(keys: readonly Key[]): Key[] {
  const known = new Map(keys.map((key) => [JSON.stringify(key), key]));
  return [...known.values()].filter(
    (key) => !key.some((_, size) => size > 0 && known.has(JSON.stringify(key.slice(0, size)))),
  );
}
