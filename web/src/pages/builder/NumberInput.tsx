import { type KeyboardEvent, useState } from "react";
import { type Bounds, readNumber, stepped } from "@/builder/form";
import { Input, type Wired } from "@/design";

interface Props {
  wired: Wired;
  value: number | null;
  bounds: Bounds;
  /** What an empty input says; without it a number is needed. */
  none?: string;
  onValue: (value: number | null) => void;
  onWrong: (wrong: string) => void;
  onDone: () => void;
}

/** A number as people type it; arrow keys move it, with Shift by ten steps. */
export function NumberInput({ wired, value, bounds, none, onValue, onWrong, onDone }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string) => {
    setTyped(text);
    if (text.trim() === "" && none !== undefined) {
      onWrong("");
      onValue(null);
      return;
    }
    const read = readNumber(text, bounds);
    onWrong(read.wrong);
    if (read.value !== null) onValue(read.value);
  };
  const onKey = (event: KeyboardEvent) => {
    const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    setTyped(null);
    onWrong("");
    onValue(stepped(value ?? bounds.low ?? 0, way * (event.shiftKey ? 10 : 1), bounds));
  };
  return (
    <Input
      {...wired}
      inputMode={bounds.whole ? "numeric" : "decimal"}
      placeholder={none}
      value={typed ?? (value === null ? "" : String(value))}
      onChange={(event) => type(event.target.value)}
      onKeyDown={onKey}
      onBlur={() => {
        setTyped(null);
        onWrong("");
        onDone();
      }}
    />
  );
}
