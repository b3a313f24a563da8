import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { copied } from "@/builder/state";
import { readClip } from "@/builder/clipboard";
import { type Command, commandOf } from "@/builder/keys";
import { GRID, layout } from "@/builder/layout";
import { OFFSET } from "@/builder/state";
import { step, type Way } from "@/builder/walk";
import { inField } from "@/app/shortcuts";
import { boxesOf, sizesOf } from "./boxes";
import { useBuilder } from "./context";
import { INSPECTOR } from "./Inspector";
import { PALETTE_SEARCH } from "./Palette";
import type { Saving } from "./useSave";

const FIT = { padding: 0.12, maxZoom: 1 };
const SEQUENCE_MS = 900;
const NUDGES: Partial<Record<Command, { x: number; y: number }>> = {
  "nudge-left": { x: -GRID, y: 0 },
  "nudge-right": { x: GRID, y: 0 },
  "nudge-up": { x: 0, y: -GRID },
  "nudge-down": { x: 0, y: GRID },
};

/** Keys and the clipboard, wherever on the page the focus is; a dialog has them for itself. */
export function useCommands({ save }: Saving): void {
  const builder = useBuilder();
  const flow = useReactFlow();
  const latest = useRef<(command: Command) => boolean>(() => false);
  const clip = useRef<(event: ClipboardEvent) => void>(() => undefined);

  useEffect(() => {
    const { state, doc, dispatch, only, checked, show, open, ask } = builder;
    const goTo = (id: string) => {
      dispatch({ do: "choose", nodes: [id] });
      document
        .querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
        ?.focus({ preventScroll: true });
    };
    const walk = (way: Way) => {
      const to = step(doc, [...state.nodes].at(-1) ?? null, way);
      if (to !== null) goTo(to);
    };
    const edit = () => {
      if (only === null) return false;
      open("inspector");
      show("block");
      requestAnimationFrame(() => {
        document
          .getElementById(INSPECTOR)
          ?.querySelector<HTMLElement>(".param-field input, .param-field select")
          ?.focus();
      });
      return true;
    };
    const search = () => {
      open("palette");
      requestAnimationFrame(() => document.getElementById(PALETTE_SEARCH)?.focus());
    };
    const arrange = () => {
      dispatch({ do: "move", to: layout(doc, sizesOf(doc, checked.problems)) });
      requestAnimationFrame(() => void flow.fitView({ ...FIT, duration: 120 }));
    };
    const nudge = (by: { x: number; y: number }) => {
      const to = new Map(boxesOf(doc, state.nodes).map((box) => [box.id, { x: box.x + by.x, y: box.y + by.y }]));
      dispatch({ do: "move", to, step: "nudge" });
    };
    latest.current = (command) => {
      const by = NUDGES[command];
      if (by) nudge(by);
      else if (command === "left" || command === "right" || command === "up" || command === "down") walk(command);
      else if (command === "undo" || command === "redo" || command === "duplicate") dispatch({ do: command });
      else if (command === "remove" || command === "dissolve") dispatch({ do: command });
      else if (command === "all") dispatch({ do: "choose", nodes: doc.nodes.map((node) => node.id) });
      else if (command === "nothing") dispatch({ do: "choose", nodes: [] });
      else if (command === "save") void save();
      else if (command === "search") search();
      else if (command === "arrange") arrange();
      else if (command === "fit") void flow.fitView(FIT);
      else if (command === "keys") ask("keys");
      else if (command === "connect" && only !== null) ask("connect");
      else if (command === "edit") return edit();
      else return false;
      return true;
    };
    clip.current = (event) => {
      if (inField(event.target) || document.querySelector("dialog[open]") || !event.clipboardData) return;
      if (event.type === "paste") {
        const found = readClip(event.clipboardData.getData("text/plain"));
        if (!found) return;
        dispatch({ do: "paste", clip: found, by: OFFSET });
      } else {
        // Words that are marked are copied as words.
        if (state.nodes.size === 0 || getSelection()?.toString()) return;
        event.clipboardData.setData("text/plain", JSON.stringify(copied(state)));
        if (event.type === "cut") dispatch({ do: "remove" });
      }
      event.preventDefault();
    };
  }, [builder, flow, save]);

  useEffect(() => {
    let went = -SEQUENCE_MS;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const typing = inField(event.target);
      // "g" begins the way to another page; what follows it is not for us.
      const going = event.timeStamp - went < SEQUENCE_MS;
      went = event.key === "g" && !typing ? event.timeStamp : -SEQUENCE_MS;
      const command = going ? null : commandOf(event, typing);
      if (command === null || (pressesWhatIsFocused(event) && command !== "save")) return;
      if (latest.current(command)) event.preventDefault();
    };
    const onClip = (event: ClipboardEvent) => clip.current(event);
    addEventListener("keydown", onKey, true);
    addEventListener("copy", onClip);
    addEventListener("cut", onClip);
    addEventListener("paste", onClip);
    return () => {
      removeEventListener("keydown", onKey, true);
      removeEventListener("copy", onClip);
      removeEventListener("cut", onClip);
      removeEventListener("paste", onClip);
    };
  }, []);
}

/** Enter, arrows and Escape belong to a button, a tab or a menu that has the focus. */
function pressesWhatIsFocused(event: KeyboardEvent): boolean {
  const owned = event.key === "Enter" || event.key === "Escape" || event.key.startsWith("Arrow");
  if (!owned || !(event.target instanceof Element)) return false;
  return event.target.closest("button, a, [role=tab], [role=menu], [role=listbox], .chart") !== null;
}
