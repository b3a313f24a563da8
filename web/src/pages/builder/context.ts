/** What every part of the builder sees: the document, what may be done to it, and what the server says of it. */

import { createContext, type Dispatch, useContext } from "react";
import type { Block } from "@/builder/blocks";
import type { StrategyDoc } from "@/builder/document";
import type { Placed } from "@/builder/problems";
import type { Action, BuilderState } from "@/builder/state";

export interface Markets {
  venues: string[];
  symbols: string[];
  intervals: string[];
}

export interface Checked {
  /** Null while nothing was heard of the server yet. */
  valid: boolean | null;
  problems: readonly Placed[];
  sentences: Readonly<Record<string, string>>;
  /** The document as it was asked about has no errors: it can be read out and previewed. */
  sound: boolean;
  error: unknown;
  retry: () => void;
}

/** Which panel of the inspector is seen, and which sheet on a phone. */
export type Side = "block" | "strategy" | "problems";
export type Sheet = "palette" | "inspector" | "reading" | "preview" | null;
export type Asked = "connect" | "keys" | "code" | "versions" | "templates" | "deploy" | null;

export interface Builder {
  state: BuilderState;
  doc: StrategyDoc;
  dispatch: Dispatch<Action>;
  catalogue: readonly Block[];
  blocks: ReadonlyMap<string, Block>;
  policy: Block;
  markets: Markets;
  checked: Checked;
  /** The one node that is chosen, if it is one. */
  only: string | null;
  /** Adds a block behind what is chosen, and connects it. */
  add: (type: string) => void;
  side: Side;
  show: (side: Side) => void;
  sheet: Sheet;
  open: (sheet: Sheet) => void;
  asked: Asked;
  ask: (asked: Asked) => void;
}

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const found = useContext(BuilderContext);
  if (!found) throw new Error("This is part of the builder.");
  return found;
}
