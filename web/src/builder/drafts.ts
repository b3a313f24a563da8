/** What does this browser remember? Work that was not saved, and where the nodes of a bot's strategy stand. */

import type { Point, StrategyDoc } from "./document";
import { isObject, positionOf, readDocument } from "./document";
import { moveNodes } from "./edit";

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Draft {
  doc: StrategyDoc;
  /** The version that it began from; 0 for a strategy that has no bot yet. */
  version: number;
}

const draftKey = (user: string, bot: string | null) => `paddock.draft.${user}.${bot ?? "new"}`;
const layoutKey = (bot: string) => `paddock.layout.${bot}`;

/** Storage may be full or switched off; work goes on without it. */
export function keepDraft(store: Store, user: string, bot: string | null, draft: Draft | null): void {
  const key = draftKey(user, bot);
  if (draft === null) attempt(() => store.removeItem(key));
  else attempt(() => store.setItem(key, JSON.stringify(draft)));
}

export function draftOf(store: Store, user: string, bot: string | null): Draft | null {
  const found = read(store, draftKey(user, bot));
  if (!isObject(found) || typeof found.version !== "number") return null;
  try {
    return { doc: readDocument(JSON.stringify(found.doc)), version: found.version };
  } catch {
    return null;
  }
}

/** The server keeps what a strategy means, and not where its nodes stand. */
export function keepLayout(store: Store, bot: string, doc: StrategyDoc): void {
  const places = doc.nodes.flatMap((node) => {
    const at = positionOf(node);
    return at ? [[node.id, at.x, at.y]] : [];
  });
  attempt(() => store.setItem(layoutKey(bot), JSON.stringify(places)));
}

export function withLayout(store: Store, bot: string, doc: StrategyDoc): StrategyDoc {
  const found = read(store, layoutKey(bot));
  if (!Array.isArray(found)) return doc;
  const places = new Map<string, Point>();
  for (const item of found) {
    if (!Array.isArray(item)) continue;
    const [id, x, y] = item as unknown[];
    if (typeof id === "string" && typeof x === "number" && typeof y === "number") places.set(id, { x, y });
  }
  return moveNodes(doc, places);
}

function read(store: Store, key: string): unknown {
  try {
    return JSON.parse(store.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // Without a place to remember it, the draft lives as long as the page.
  }
}
