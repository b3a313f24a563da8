/** Which key does what? Told apart from where it was pressed: keys without a modifier mean nothing where one types. */

export type Command =
  | "undo"
  | "redo"
  | "duplicate"
  | "all"
  | "save"
  | "remove"
  | "dissolve"
  | "search"
  | "connect"
  | "arrange"
  | "fit"
  | "edit"
  | "nothing"
  | "keys"
  | "left"
  | "right"
  | "up"
  | "down"
  | "nudge-left"
  | "nudge-right"
  | "nudge-up"
  | "nudge-down";

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

const WITH_CTRL: Record<string, Command> = { z: "undo", y: "redo", d: "duplicate", a: "all", s: "save" };
const ALONE: Record<string, Command> = {
  Delete: "remove",
  Backspace: "remove",
  "/": "search",
  c: "connect",
  l: "arrange",
  f: "fit",
  Enter: "edit",
  Escape: "nothing",
  "?": "keys",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** Null for a key that means nothing here. `typing`: the focus is in a text field. */
export function commandOf(pressed: Pressed, typing: boolean): Command | null {
  const { key, shiftKey } = pressed;
  if (pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) {
    const command = WITH_CTRL[key.toLowerCase()] ?? null;
    if (command === "save") return command;
    if (typing) return null;
    return command === "undo" && shiftKey ? "redo" : command;
  }
  if (typing) return null;
  const command = ALONE[key] ?? null;
  if (!shiftKey) return command;
  if (command === "remove") return "dissolve";
  const arrow = command !== null && ["left", "right", "up", "down"].includes(command);
  if (arrow) return `nudge-${command}` as Command;
  return command === "keys" ? command : null;
}

/** The list that "?" shows. */
export const SHORTCUTS: readonly { keys: string[]; what: string }[] = [
  { keys: ["/"], what: "Search the blocks; Enter adds one behind what is chosen" },
  { keys: ["←", "→", "↑", "↓"], what: "Go to the node before, behind, above, below" },
  { keys: ["Shift", "arrows"], what: "Move what is chosen" },
  { keys: ["Enter"], what: "Edit the parameters of what is chosen" },
  { keys: ["C"], what: "Connect what is chosen to another node" },
  { keys: ["Delete"], what: "Remove what is chosen" },
  { keys: ["Shift", "Delete"], what: "Remove it and join its neighbours" },
  { keys: ["Ctrl", "Z"], what: "Undo; with Shift, redo" },
  { keys: ["Ctrl", "C"], what: "Copy; Ctrl X cuts, Ctrl V pastes, also in another tab" },
  { keys: ["Ctrl", "D"], what: "Duplicate" },
  { keys: ["Ctrl", "A"], what: "Choose all" },
  { keys: ["L"], what: "Arrange from left to right" },
  { keys: ["F"], what: "Show everything" },
  { keys: ["Ctrl", "S"], what: "Save" },
  { keys: ["?"], what: "This list" },
];
