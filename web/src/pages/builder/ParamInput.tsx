import { isObject, type Json } from "@/builder/document";
import type { Field } from "@/builder/form";
import { modeLabel } from "@/builder/summary";
import { Check, Input, Select, type Wired } from "@/design";
import { useBuilder } from "./context";
import { JsonInput } from "./JsonInput";
import { NumberInput } from "./NumberInput";
import { SymbolsInput } from "./SymbolsInput";

interface Props {
  wired: Wired;
  field: Field;
  value: Json;
  onValue: (value: Json | undefined) => void;
  onWrong: (wrong: string) => void;
  onDone: () => void;
}

/** The input that fits the field. */
export function ParamInput({ wired, field, value, onValue, onWrong, onDone }: Props) {
  const { markets } = useBuilder();
  switch (field.kind) {
    case "number":
      return (
        <NumberInput
          wired={wired}
          value={typeof value === "number" ? value : null}
          bounds={field.bounds}
          onValue={(made) => made !== null && onValue(made)}
          onWrong={onWrong}
          onDone={onDone}
        />
      );
    case "optional":
      if (field.inner.kind !== "number")
        return <JsonInput wired={wired} value={value} onValue={onValue} onWrong={onWrong} />;
      return (
        <NumberInput
          wired={wired}
          value={typeof value === "number" ? value : null}
          bounds={field.inner.bounds}
          none="No limit"
          onValue={onValue}
          onWrong={onWrong}
          onDone={onDone}
        />
      );
    case "flag":
      return <Check {...wired} label={value === true ? "Yes" : "No"} checked={value === true} onPick={onValue} />;
    case "choice": {
      const held = typeof value === "string" ? value : "";
      const words = field.words.includes(held) ? field.words : [held, ...field.words];
      return (
        <Select
          {...wired}
          value={held}
          options={words.map((word) => ({ value: word, label: spoken(word) }))}
          onPick={onValue}
        />
      );
    }
    case "words":
      return <Words wired={wired} words={field.words} value={value} onValue={onValue} />;
    case "symbol":
      return (
        <>
          <Input
            {...wired}
            list={`${wired.id}-markets`}
            placeholder="Each market of the scope"
            value={typeof value === "string" && value !== "*" ? value : ""}
            onChange={(event) => onValue(event.target.value.trim() || undefined)}
            onBlur={onDone}
          />
          <datalist id={`${wired.id}-markets`}>
            {markets.symbols.map((symbol) => (
              <option key={symbol} value={symbol} />
            ))}
          </datalist>
        </>
      );
    case "symbols":
      return <SymbolsInput wired={wired} symbols={texts(value)} none="All of the scope" onSymbols={onValue} />;
    case "time":
    case "text":
      return (
        <Input
          {...wired}
          value={typeof value === "string" ? value : ""}
          placeholder={field.kind === "time" ? "HH:MM" : undefined}
          maxLength={field.kind === "text" ? (field.longest ?? undefined) : 5}
          onChange={(event) => onValue(event.target.value)}
          onBlur={onDone}
        />
      );
    case "size":
      return <Size wired={wired} field={field} value={value} onValue={onValue} onWrong={onWrong} onDone={onDone} />;
    case "nodes":
      if (Array.isArray(value) && value.length === 0)
        return <p className="param-input-none">The nodes that lead here.</p>;
      return <JsonInput wired={wired} value={value} onValue={onValue} onWrong={onWrong} />;
    case "json":
      return <JsonInput wired={wired} value={value} onValue={onValue} onWrong={onWrong} />;
  }
}

function Size({ wired, field, value, onValue, onWrong, onDone }: Props & { field: Extract<Field, { kind: "size" }> }) {
  const held = isObject(value) ? value : {};
  const mode = typeof held.mode === "string" ? held.mode : (field.modes[0]?.mode ?? "");
  const amount = typeof held.value === "number" ? held.value : null;
  const bounds = field.modes.find((one) => one.mode === mode)?.bounds;
  return (
    <div className="param-input-size">
      <NumberInput
        wired={wired}
        value={amount}
        bounds={bounds ?? { low: 0, high: null, above: true, whole: false }}
        onValue={(made) => made !== null && onValue({ mode, value: made })}
        onWrong={onWrong}
        onDone={onDone}
      />
      <Select
        aria-label="How the size is measured"
        value={mode}
        options={field.modes.map((one) => ({ value: one.mode, label: modeLabel(one.mode) }))}
        onPick={(picked) => onValue({ mode: picked, value: amount ?? 1 })}
      />
    </div>
  );
}

function Words({
  wired,
  words,
  value,
  onValue,
}: {
  wired: Wired;
  words: string[];
  value: Json;
  onValue: Props["onValue"];
}) {
  const held = texts(value);
  const turn = (word: string) => {
    const made = words.filter((one) => (one === word ? !held.includes(one) : held.includes(one)));
    onValue(made);
  };
  return (
    <div className="param-input-words" id={wired.id} role="group" aria-describedby={wired["aria-describedby"]}>
      {words.map((word) => (
        <button
          key={word}
          type="button"
          className="param-input-word"
          aria-pressed={held.includes(word)}
          onClick={() => turn(word)}
        >
          {spoken(word)}
        </button>
      ))}
    </div>
  );
}

function texts(value: Json): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function spoken(word: string): string {
  return word === "scope" ? "As the strategy" : word.replace(/_/g, " ");
}
