import { type KeyboardEvent, useState } from "react";
import { Button, Icon, Input, type Wired } from "@/design";
import { useBuilder } from "./context";
import "./SymbolsInput.css";

interface Props {
  wired: Wired;
  symbols: readonly string[];
  none: string;
  onSymbols: (symbols: string[]) => void;
}

/** Markets as chips; Enter or a comma adds one, Backspace takes the last away. */
export function SymbolsInput({ wired, symbols, none, onSymbols }: Props) {
  const { markets } = useBuilder();
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const made = text.split(/[\s,;]+/).filter(Boolean);
    setTyped("");
    if (made.length > 0) onSymbols([...new Set([...symbols, ...made])]);
  };
  const onKey = (event: KeyboardEvent) => {
    if ((event.key === "Enter" || event.key === ",") && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && typed === "") {
      onSymbols(symbols.slice(0, -1));
    }
  };
  const type = (text: string) => {
    // A market picked of the list comes at once and whole.
    if (markets.symbols.includes(text) && !markets.symbols.some((one) => one !== text && one.startsWith(text)))
      add(text);
    else setTyped(text);
  };
  return (
    <div className="symbols-input">
      {symbols.map((symbol) => (
        <span key={symbol} className="symbols-input-chip">
          {symbol}
          <Button
            size="sm"
            look="quiet"
            aria-label={`Remove ${symbol}`}
            icon={<Icon name="close" size={10} />}
            onClick={() => onSymbols(symbols.filter((one) => one !== symbol))}
          />
        </span>
      ))}
      <Input
        {...wired}
        small
        list={`${wired.id}-markets`}
        placeholder={symbols.length === 0 ? none : "Add a market"}
        value={typed}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKey}
        onBlur={() => add(typed)}
      />
      <datalist id={`${wired.id}-markets`}>
        {markets.symbols
          .filter((symbol) => !symbols.includes(symbol))
          .map((symbol) => (
            <option key={symbol} value={symbol} />
          ))}
      </datalist>
    </div>
  );
}
