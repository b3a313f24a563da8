/** Short words about something that was done; kept outside React so that anything can say one. */
export type ToastTone = "good" | "bad" | "plain";

export interface Said {
  id: number;
  tone: ToastTone;
  text: string;
  /** Undo, or where to look. */
  action?: { label: string; run: () => void };
}

const STAYS_MS = 6_000;
let all: readonly Said[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(made: readonly Said[]): void {
  all = made;
  for (const listener of listeners) listener();
}

export const toasts = {
  say(text: string, tone: ToastTone = "good", action?: Said["action"]): number {
    const id = next++;
    change([...all.slice(-3), { id, tone, text, action }]);
    setTimeout(() => toasts.drop(id), tone === "bad" ? STAYS_MS * 2 : STAYS_MS);
    return id;
  },
  drop(id: number): void {
    if (all.some((each) => each.id === id)) change(all.filter((each) => each.id !== id));
  },
  all: (): readonly Said[] => all,
  watch(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
