/** What is told of a position wherever positions are listed. */
import type { Position } from "@/api/types";
import { Badge, type Column, Money, Price, Qty, SideMark, Unknown } from "@/design";
import { date, time, utc } from "@/format";
import { nearest } from "./nearest";
import "./positions.css";

const known = (position: Position, name: string) => position.unknown[name];

/** A level: its price, a dash where there is none, or why it is not known. */
function LevelCell({ position, name }: { position: Position; name: "take_px" | "trail_px" | "liquidation_px" }) {
  const why = known(position, name);
  if (why) return <Unknown why={why} />;
  const px = position[name];
  return px === null ? <span className="faint">none</span> : <Price value={px} />;
}

/** The stop that protects, and since when; or that there is none. */
export function ProtectionCell({ position }: { position: Position }) {
  const { protection, stop_px, trail_px } = position;
  if (protection === "unknown") return <Unknown why={known(position, "stop_px")} />;
  if (protection === "none") return <span className="faint">no stop</span>;
  if (protection === "bare") {
    return (
      <span className="position-stop">
        <Badge tone="bad">Not acknowledged</Badge>
        {position.bare_since_ts !== null && (
          <Since ts={position.bare_since_ts} now={position.mark_ts} what="without a stop" />
        )}
      </span>
    );
  }
  const [px, name] = nearest(position.side, stop_px, trail_px);
  return (
    <span className="position-stop">
      <span>
        {name === "trail" && <small>trailing </small>}
        <Price value={px} />
      </span>
      {position.protected_since_ts !== null && (
        <Since ts={position.protected_since_ts} now={position.mark_ts} what="protected" />
      )}
    </span>
  );
}

/** The day only where it is not that of the mark; all of it on hover. */
function Since({ ts, now, what }: { ts: number; now: number | null; what: string }) {
  const today = now !== null && date(now) === date(ts);
  return (
    <small title={`${what} since ${utc(ts)}`}>since {today ? time(ts) : `${date(ts).slice(5)} ${time(ts)}`}</small>
  );
}

const amount = (usd: string | null): number | null => (usd === null ? null : Number(usd));

const STOP = (
  <>
    Stop<span className="position-wide">, protected since</span>
  </>
);

/** Columns of a table whose rows have a position; `of` gives it. */
export function positionColumns<Row>(of: (row: Row) => Position): Column<Row>[] {
  return [
    {
      key: "symbol",
      head: "Market",
      by: (row) => of(row).symbol,
      cell: (row) => (
        <span className="position-market">
          {of(row).symbol} <SideMark side={of(row).side} />
        </span>
      ),
    },
    { key: "qty", head: "Quantity", right: true, wide: true, cell: (row) => <Qty value={of(row).qty} /> },
    { key: "entry", head: "Entry", right: true, wide: true, cell: (row) => <Price value={of(row).entry_px} /> },
    {
      key: "mark",
      head: "Mark",
      right: true,
      wide: true,
      cell: (row) => {
        const { mark_px, mark_ts, unknown } = of(row);
        if (mark_px === null || mark_ts === null) return <Unknown why={unknown.mark_px} />;
        return (
          <span title={`close at ${utc(mark_ts)}`}>
            <Price value={mark_px} />
          </span>
        );
      },
    },
    {
      key: "unrealised",
      head: "Unrealised",
      right: true,
      by: (row) => amount(of(row).unrealised_usd),
      cell: (row) => <Money usd={of(row).unrealised_usd} change why={of(row).unknown.unrealised_usd} />,
    },
    {
      key: "notional",
      head: "Notional",
      right: true,
      wide: true,
      by: (row) => amount(of(row).notional_usd),
      cell: (row) => (
        <span className="position-stop">
          <Money usd={of(row).notional_usd} decimals={0} why={of(row).unknown.notional_usd} />
          {of(row).leverage !== null && <small>{of(row).leverage}×</small>}
        </span>
      ),
    },
    { key: "stop", head: STOP, right: true, cell: (row) => <ProtectionCell position={of(row)} /> },
    {
      key: "take",
      head: "Target",
      right: true,
      wide: true,
      cell: (row) => <LevelCell position={of(row)} name="take_px" />,
    },
    {
      key: "liquidation",
      head: "Liquidation",
      right: true,
      wide: true,
      cell: (row) => <LevelCell position={of(row)} name="liquidation_px" />,
    },
  ];
}
