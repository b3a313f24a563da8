import { useMemo } from "react";
import { EquityChart } from "@/charts";
import { Empty } from "@/design";
import { date } from "@/format";
import { drawdowns, goesOn, pointsOf, together } from "./figures";
import type { FleetRow } from "./fleet";

/** What all runs that go on are worth together, and how far that is below its peak. */
export default function FleetEquity({ rows }: { rows: readonly FleetRow[] }) {
  const parts = useMemo(() => {
    const drawn = rows.filter(goesOn).filter(({ current }) => current.equity.length > 0);
    return drawn.map(({ current }) => ({ points: pointsOf(current), capital: Number(current.run.capital_usd) }));
  }, [rows]);
  const points = useMemo(() => together(parts), [parts]);
  const curves = useMemo(
    () => [{ label: "Equity", points: points.map(({ ts, usd }) => ({ ts, value: usd })) }],
    [points],
  );
  const capital = parts.reduce((sum, part) => sum + part.capital, 0);
  const drawdown = useMemo(() => drawdowns(points, capital), [points, capital]);
  if (points.length < 2) {
    return <Empty title="Too little to draw yet">Equity is measured whenever a bot decides something.</Empty>;
  }
  const caption = `Equity at decisions, at most 48 of each run, USD, ${date(points[0]?.ts)} to ${date(points.at(-1)?.ts)}`;
  return <EquityChart curves={curves} drawdown={drawdown} unit="USD" caption={caption} height={260} />;
}
