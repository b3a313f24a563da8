/** What is open in the builder: a document with its history, what is chosen of it, and what of it the server holds. */

import { added, type RoleOf } from "./adding";
import type { Clip } from "./clipboard";
import { copy, duplicate, paste } from "./clipboard";
import type { Point, StrategyDoc } from "./document";
import { fingerprint } from "./document";
import { dissolve, edgeKey, moveNodes, removeEdges, removeNodes, renameNode } from "./edit";
import type { History } from "./history";
import { begin, push, redo, settle, undo } from "./history";
import { GRID } from "./layout";

/** The bot whose strategy this is, and the version that was loaded or saved last. */
export interface Saved {
  botId: string;
  name: string;
  version: number;
  /** Of the document as the server has it. */
  print: string;
}

export interface BuilderState {
  history: History<StrategyDoc>;
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  saved: Saved | null;
}

/** Something that is chosen from now on, or no more. */
export type Pick = readonly [id: string, on: boolean];

export type Change = (doc: StrategyDoc) => StrategyDoc;

export type Action =
  | { do: "edit"; change: Change; step?: string; choose?: string[] }
  | { do: "add"; type: string; roleOf: RoleOf }
  | { do: "move"; to: ReadonlyMap<string, Point>; step?: string }
  | { do: "settle" }
  | { do: "undo" }
  | { do: "redo" }
  | { do: "choose"; nodes: Iterable<string>; edges?: Iterable<string> }
  | { do: "pick"; nodes?: readonly Pick[]; edges?: readonly Pick[] }
  | { do: "remove" }
  | { do: "dissolve" }
  | { do: "paste"; clip: Clip; by: Point }
  | { do: "duplicate" }
  | { do: "rename"; from: string; to: string }
  | { do: "saved"; saved: Saved }
  | { do: "open"; doc: StrategyDoc; saved: Saved | null };

export const OFFSET: Point = { x: GRID * 4, y: GRID * 4 };
const NOTHING: ReadonlySet<string> = new Set();

export function opened(doc: StrategyDoc, saved: Saved | null): BuilderState {
  return { history: begin(doc), nodes: NOTHING, edges: NOTHING, saved };
}

export function docOf(state: BuilderState): StrategyDoc {
  return state.history.present;
}

/** Is there something that the server does not have? */
export function unsaved(state: BuilderState): boolean {
  return state.saved === null || fingerprint(docOf(state)) !== state.saved.print;
}

export function reduce(state: BuilderState, action: Action): BuilderState {
  const doc = docOf(state);
  switch (action.do) {
    case "edit": {
      const made = edited(state, action.change(doc), action.step);
      return action.choose ? chosen(made, action.choose) : made;
    }
    case "add": {
      const [made, id] = added(doc, action.type, state, action.roleOf);
      return chosen(edited(state, made), [id]);
    }
    case "move":
      return edited(state, moveNodes(doc, action.to), action.step);
    case "settle":
      return { ...state, history: settle(state.history) };
    case "undo":
      return pruned({ ...state, history: undo(state.history) });
    case "redo":
      return pruned({ ...state, history: redo(state.history) });
    case "choose":
      return chosen({ ...state, history: settle(state.history) }, action.nodes, action.edges);
    case "pick":
      return chosen(
        { ...state, history: settle(state.history) },
        picked(state.nodes, action.nodes),
        picked(state.edges, action.edges),
      );
    case "remove":
      return chosen(edited(state, removeEdges(removeNodes(doc, state.nodes), state.edges)), []);
    case "dissolve":
      return chosen(edited(state, [...state.nodes].reduce(dissolve, doc)), []);
    case "paste":
      return withCopies(state, paste(doc, action.clip, action.by));
    case "duplicate":
      return withCopies(state, duplicate(doc, state.nodes, OFFSET));
    case "rename": {
      const renamed = renameNode(doc, action.from, action.to);
      return renamed ? chosen(edited(state, renamed), [action.to]) : state;
    }
    case "saved":
      return { ...state, saved: action.saved };
    case "open":
      return opened(action.doc, action.saved);
  }
}

export function choosesNode(action: Action): boolean {
  if (action.do === "choose") return [...action.nodes].length > 0;
  if (action.do === "pick") return action.nodes?.some(([, on]) => on) ?? false;
  return action.do === "add" || (action.do === "edit" && action.choose !== undefined);
}

export function copied(state: BuilderState): Clip {
  return copy(docOf(state), state.nodes);
}

function withCopies(state: BuilderState, [doc, names]: [StrategyDoc, string[]]): BuilderState {
  return names.length === 0 ? state : chosen(edited(state, doc), names);
}

function edited(state: BuilderState, doc: StrategyDoc, step = ""): BuilderState {
  return pruned({ ...state, history: push(state.history, doc, step) });
}

function chosen(state: BuilderState, nodes: Iterable<string>, edges: Iterable<string> = []): BuilderState {
  return { ...state, nodes: new Set(nodes), edges: new Set(edges) };
}

function picked(before: ReadonlySet<string>, changes: readonly Pick[] = []): ReadonlySet<string> {
  const made = new Set(before);
  for (const [id, on] of changes) {
    if (on) made.add(id);
    else made.delete(id);
  }
  return made;
}

/** Nothing is chosen that is not there. */
function pruned(state: BuilderState): BuilderState {
  const doc = docOf(state);
  const nodes = kept(state.nodes, new Set(doc.nodes.map((node) => node.id)));
  const edges = kept(state.edges, new Set(doc.edges.map(edgeKey)));
  return nodes === state.nodes && edges === state.edges ? state : { ...state, nodes, edges };
}

function kept(chosen: ReadonlySet<string>, there: ReadonlySet<string>): ReadonlySet<string> {
  const left = [...chosen].filter((one) => there.has(one));
  return left.length === chosen.size ? chosen : new Set(left);
}
