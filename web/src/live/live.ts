/** The stream, tied to Query's cache: a thousand events a minute become at most two refreshes a second. */
import { useEffect, useSyncExternalStore } from "react";
import { queryClient } from "@/app/queryClient";
import { sessionQuery } from "@/api/queries";
import { distinct, type Key, keysOf } from "./stale";
import { type Happened, LiveStream, type State } from "./stream";

const BATCH_MS = 500;
const listeners = new Set<(events: readonly Happened[]) => void>();
let stale: Key[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function refresh(): void {
  timer = undefined;
  const keys = distinct(stale);
  stale = [];
  for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false });
}

function onEvents(events: Happened[]): void {
  stale.push(...events.flatMap(keysOf));
  timer ??= setTimeout(refresh, BATCH_MS);
  for (const listener of listeners) listener(events);
}

export const live = new LiveStream(
  "/api/v1/me/stream",
  onEvents,
  () => void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" }),
  () => void queryClient.invalidateQueries(sessionQuery),
);

export const useConnection = (): State => useSyncExternalStore(live.watch, live.now);

/** Each event as it comes, for as long as the component lives; `listener` must be stable. */
export function useHappened(listener: (events: readonly Happened[]) => void): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}
