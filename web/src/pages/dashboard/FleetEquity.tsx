import { useMemo } from "react";
import { EquityChart } from "@/charts";
import { Empty } from "@/design";
import { date } from "@/format";
import { drawdowns, goesOn, pointsOf, together } from "./figures";
import type { FleetRow } from "./fleet";

/** What all runs that go on are worth together, and how far that is below its peak. */
export default function FleetEquity({ rows }: { rows: readonly FleetRow[] }) {
  const points = useMemo(() => {
    const kept = rows.filter(goesOn).map((row) => row.current);
    return together(
      kept
        .filter((run) => run.equity.length > 0)
        .map((run) => ({ points: pointsOf(run), capital: Number(run.run.capital_usd) })),
    );
  }, [rows]);
  const curves = useMemo(
    () => [{ label: "Equity", points: points.map(({ ts, usd }) => ({ ts, value: usd })) }],
    [points],
  );
  const drawdown = useMemo(() => drawdowns(points), [points]);
  if (points.length < 2) {
    return <Empty title="Too little to draw yet">Equity is measured whenever a bot decides something.</Empty>;
  }
  const caption = `Equity at decisions, USD, ${date(points[0]?.ts)} to ${date(points.at(-1)?.ts)}`;
  return <EquityChart curves={curves} drawdown={drawdown} unit="USD" caption={caption} height={260} />;
}
