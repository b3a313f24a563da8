import { useState } from "react";
import { Button, Input } from "@/design";
import { plural } from "@/format";

interface Props {
  symbols: readonly string[];
  picked: readonly string[];
  onPick: (symbols: readonly string[]) => void;
  error?: string;
}

const MANY = 24;

/** Symbols as switches; with many of them a search above. */
export function SymbolPicker({ symbols, picked, onPick, error }: Props) {
  const [wanted, setWanted] = useState("");
  const shown = symbols.filter((symbol) => symbol.toLowerCase().includes(wanted.trim().toLowerCase()));
  const toggle = (symbol: string) =>
    onPick(picked.includes(symbol) ? picked.filter((each) => each !== symbol) : [...picked, symbol]);
  return (
    <fieldset className="lab-symbols">
      <legend>
        Symbols <span className="faint">{plural(picked.length, "chosen", "chosen")}</span>
        <Button size="sm" look="quiet" disabled={picked.length === symbols.length} onClick={() => onPick(symbols)}>
          All {symbols.length}
        </Button>
        <Button size="sm" look="quiet" disabled={picked.length === 0} onClick={() => onPick([])}>
          None
        </Button>
      </legend>
      {symbols.length > MANY && (
        <Input
          small
          placeholder="Find a symbol"
          aria-label="Find a symbol"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      )}
      <div className="lab-chips">
        {shown.map((symbol) => (
          <button
            key={symbol}
            type="button"
            className="lab-chip"
            aria-pressed={picked.includes(symbol)}
            onClick={() => toggle(symbol)}
          >
            {symbol}
          </button>
        ))}
        {shown.length === 0 && <span className="faint">No symbol has “{wanted}” in its name.</span>}
      </div>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
