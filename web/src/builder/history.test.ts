import { describe, expect, it } from "vitest";
import { begin, canRedo, canUndo, push, redo, settle, undo } from "./history";

describe("history", () => {
  it("goes back and forth", () => {
    const made = push(push(begin("a"), "b"), "c");
    expect(undo(made).present).toBe("b");
    expect(undo(undo(undo(made))).present).toBe("a");
    expect(redo(undo(made)).present).toBe("c");
    expect(redo(made)).toBe(made);
  });

  it("forgets what came after once something else is done", () => {
    const made = push(undo(push(begin("a"), "b")), "c");
    expect(canRedo(made)).toBe(false);
    expect(undo(made).present).toBe("a");
  });

  it("makes one step of what is typed in one place", () => {
    let made = push(begin("1"), "12", "low.period");
    made = push(made, "123", "low.period");
    expect(undo(made).present).toBe("1");
    made = push(settle(made), "1234", "low.period");
    expect(undo(made).present).toBe("123");
    expect(undo(push(made, "0", "low.value")).present).toBe("1234");
  });

  it("makes no step of nothing", () => {
    const made = begin("a");
    expect(push(made, "a")).toBe(made);
    expect(canUndo(made)).toBe(false);
  });
});
