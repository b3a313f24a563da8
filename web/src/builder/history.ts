/** What was before, and what comes again? Undo and redo over values that are never changed in place. */

export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the newest step was; a step of the same kind goes into it instead of beside it. */
  step: string;
}

const DEPTH = 200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], step: "" };
}

/** A step. Steps with the same `step` that is not empty are one, such as the letters of a number that is typed. */
export function push<T>(history: History<T>, present: T, step = ""): History<T> {
  if (present === history.present) return history;
  const merged = step !== "" && step === history.step;
  const past = merged ? history.past : [...history.past, history.present].slice(-DEPTH);
  return { past, present, future: [], step };
}

/** Ends the step under way: the next one stands beside it whatever its name. */
export function settle<T>(history: History<T>): History<T> {
  return history.step === "" ? history : { ...history, step: "" };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    step: "",
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, step: "" };
}

export function canUndo<T>(history: History<T>): boolean {
  return history.past.length > 0;
}

export function canRedo<T>(history: History<T>): boolean {
  return history.future.length > 0;
}
