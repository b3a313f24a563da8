/** Keys that work anywhere but in a field. "g d" is g, then d. */
import { useEffect } from "react";

const SEQUENCE_MS = 900;

export const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** What was pressed, as it is written in a shortcut: "ctrl k", "?". */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "ctrl " : ""}${event.altKey ? "alt " : ""}${key}`;
}

export type Shortcuts = Readonly<Record<string, () => void>>;

export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    let before = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      const now = pressed(event);
      if (event.defaultPrevented || (inField(event.target) && !now.startsWith("ctrl "))) return;
      if (document.querySelector("dialog[open]") && now !== "ctrl k") return;
      const sequence = event.timeStamp - at < SEQUENCE_MS ? `${before} ${now}` : now;
      const act = shortcuts[sequence] ?? shortcuts[now];
      before = now;
      at = event.timeStamp;
      if (!act) return;
      event.preventDefault();
      before = "";
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [shortcuts]);
}
