import { useState } from "react";
import { isObject, type Scope } from "@/builder/document";
import { setScope } from "@/builder/edit";
import { Check, Field, Select } from "@/design";
import { useBuilder } from "./context";
import { NumberInput } from "./NumberInput";
import { SymbolsInput } from "./SymbolsInput";

const MOST = { low: 1, high: 500, above: false, whole: true };

/** Venue, markets and interval. */
export function ScopeFields() {
  const { doc, markets, dispatch } = useBuilder();
  const [wrong, setWrong] = useState("");
  const { venue, interval, symbols, universe } = doc.scope;
  const change = (part: Partial<Scope>) =>
    dispatch({ do: "edit", step: "scope", change: (made) => setScope(made, part) });
  const options = (known: string[], held: string) =>
    [...new Set([...known, held])].map((word) => ({ value: word, label: word }));
  const picked = isObject(universe) ? universe : {};
  const most = typeof picked.max_symbols === "number" ? picked.max_symbols : null;
  return (
    <>
      <Field label="Venue">
        {(wired) => (
          <Select
            {...wired}
            value={venue}
            options={options(markets.venues, venue)}
            onPick={(made) => change({ venue: made })}
          />
        )}
      </Field>
      <Field label="Interval" hint="It decides at the close of each of these bars.">
        {(wired) => (
          <Select
            {...wired}
            value={interval}
            options={options(markets.intervals, interval)}
            onPick={(made) => change({ interval: made })}
          />
        )}
      </Field>
      <Check
        label="Every market of the tape"
        checked={universe !== undefined}
        onPick={(on) => change(on ? { universe: "all" } : { symbols: markets.symbols.slice(0, 1) })}
      />
      {universe === undefined ? (
        <Field label="Markets" hint="Each is judged by itself.">
          {(wired) => (
            <SymbolsInput
              wired={wired}
              symbols={symbols ?? []}
              none="Such as BTC"
              onSymbols={(made) => change({ symbols: made })}
            />
          )}
        </Field>
      ) : (
        <Field label="At most" aside="markets, by name" error={wrong}>
          {(wired) => (
            <NumberInput
              wired={wired}
              value={most}
              bounds={MOST}
              none="No limit"
              onValue={(made) => change({ universe: { ...picked, max_symbols: made } as Scope["universe"] })}
              onWrong={setWrong}
              onDone={() => dispatch({ do: "settle" })}
            />
          )}
        </Field>
      )}
    </>
  );
}
