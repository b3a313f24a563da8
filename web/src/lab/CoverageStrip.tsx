import type { Model } from "@/api/types";
import { date, percent } from "@/format";
import type { Span } from "./markets";
import { stretchOf, ticksOf } from "./strip";
import "./CoverageStrip.css";

export interface StripRow {
  symbol: string;
  span: Span | null;
  /** Null until it was measured. */
  coverage: Model<"CoverageModel"> | null;
}

interface Props {
  rows: readonly StripRow[];
  whole: Span;
  /** What is chosen of it. */
  chosen?: { start_ts: number | null; end_ts: number | null };
  /** It has the room of a page and not of a form. */
  tall?: boolean;
}

/** How far each symbol's history reaches, its holes, and what of it is chosen. */
export function CoverageStrip({ rows, whole, chosen, tall = false }: Props) {
  const picked = chosen && stretchOf(chosen.start_ts ?? whole.first_ts, chosen.end_ts ?? whole.end_ts, whole);
  const cut = chosen !== undefined && (chosen.start_ts !== null || chosen.end_ts !== null);
  return (
    <div className={tall ? "strip strip-tall" : "strip"}>
      <ul className="strip-rows">
        {rows.map((row) => (
          <li key={row.symbol} className="strip-row" aria-label={sentence(row)}>
            <span className="strip-symbol">{row.symbol}</span>
            <span className="strip-line" aria-hidden>
              <Bar row={row} whole={whole} />
              {cut && picked && (
                <span className="strip-chosen" style={{ left: `${picked.left}%`, width: `${picked.width}%` }} />
              )}
            </span>
            <span className="strip-ratio figure">{row.coverage ? shareText(row.coverage.ratio) : ""}</span>
          </li>
        ))}
      </ul>
      <div className="strip-axis" aria-hidden>
        {ticksOf(whole).map((tick) => (
          <span key={tick.text} style={{ left: `${tick.left}%` }}>
            {tick.text}
          </span>
        ))}
      </div>
    </div>
  );
}

function Bar({ row, whole }: { row: StripRow; whole: Span }) {
  const place = row.span && stretchOf(row.span.first_ts, row.span.end_ts, whole);
  if (!place) return null;
  const gaps = row.coverage?.gaps ?? [];
  return (
    <>
      <span className="strip-have" style={{ left: `${place.left}%`, width: `${place.width}%` }} />
      {gaps.map(([from = 0, to = 0]) => {
        const hole = stretchOf(from, to, whole);
        return (
          hole && <span key={from} className="strip-hole" style={{ left: `${hole.left}%`, width: `${hole.width}%` }} />
        );
      })}
    </>
  );
}

/** What is not whole never reads "100 %". */
export function shareText(ratio: number): string {
  const pct = Math.floor(ratio * 10_000) / 100;
  return percent(pct, Number.isInteger(pct) ? 0 : 2);
}

function sentence({ symbol, span, coverage }: StripRow): string {
  if (span === null) return `${symbol}: no bars`;
  const range = `${symbol}: ${date(span.first_ts)} to ${date(span.end_ts)}`;
  if (coverage === null) return range;
  return `${range}, ${shareText(coverage.ratio)} of bars there, longest gap ${coverage.longest_gap_bars} bars`;
}
