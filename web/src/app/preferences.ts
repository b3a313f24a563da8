/** What a person chose for this browser: theme, and whether profit and loss change hues. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "dark" | "light";

export interface Preferences {
  theme: Theme;
  swappedHues: boolean;
}

const KEY = "paddock.preferences";
const DEFAULTS: Preferences = { theme: "system", swappedHues: false };
const listeners = new Set<() => void>();
let current: Preferences = DEFAULTS;

/** What was kept, or the defaults where that cannot be read. */
export function parsePreferences(text: string | null): Preferences {
  try {
    const found = JSON.parse(text ?? "{}") as Partial<Preferences>;
    const theme = found.theme === "dark" || found.theme === "light" ? found.theme : "system";
    return { theme, swappedHues: found.swappedHues === true };
  } catch {
    return DEFAULTS;
  }
}

function apply(): void {
  const { dataset } = document.documentElement;
  if (current.theme === "system") delete dataset.theme;
  else dataset.theme = current.theme;
  if (current.swappedHues) dataset.hues = "swapped";
  else delete dataset.hues;
}

/** Before anything is drawn. */
export function loadPreferences(): void {
  try {
    current = parsePreferences(localStorage.getItem(KEY));
  } catch {
    current = DEFAULTS;
  }
  apply();
}

export function setPreferences(changed: Partial<Preferences>): void {
  current = { ...current, ...changed };
  apply();
  for (const listener of listeners) listener();
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing shows the choice for as long as the page lives.
  }
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePreferences = (): Preferences => useSyncExternalStore(watch, () => current);

/** What the eye sees now, whoever chose it. */
export function darkNow(): boolean {
  return current.theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : current.theme === "dark";
}
