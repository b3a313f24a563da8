/** Several backtests over one another. */

import type { Curve } from "@/charts";
import type { Backtest, Model } from "@/api/types";
import { askedText } from "./begin";
import type { ResultDocument } from "./document";
import { dailyCurves, growth } from "./equity";
import { bestOf, GROUPS } from "./figures";

type Figure = Model<"FigureModel">;

/** A name for each that tells it from the others: the strategy's, numbered where several have the same. */
export function namesOf(backtests: readonly Backtest[]): string[] {
  return backtests.map((backtest, at) => {
    const same = backtests.filter((each) => each.strategy_name === backtest.strategy_name);
    const place = backtests.slice(0, at + 1).filter((each) => each.strategy_name === backtest.strategy_name).length;
    return same.length > 1 ? `${backtest.strategy_name} #${place}` : backtest.strategy_name;
  });
}

/** Growth in percent, day by day, whatever the capital. */
export function growthCurves(docs: readonly ResultDocument[], names: readonly string[]): Curve[] {
  return docs.map((doc, at) => ({ label: names[at] ?? "", points: growth(dailyCurves(doc).equity) }));
}

export interface FigureRow extends Figure {
  /** Columns whose value is the best; none where nothing is better. */
  best: readonly number[];
}

/** In the order of the report, by group; groups without a figure are left out. */
export function figureGroups(figures: readonly Figure[]): { group: string; rows: FigureRow[] }[] {
  const known = new Map(figures.map((figure) => [figure.name, figure]));
  return GROUPS.map(([group, names]) => ({
    group,
    rows: names.flatMap(([name]) => {
      const figure = known.get(name);
      return figure === undefined ? [] : [{ ...figure, best: bestOf(name, figure.values) }];
    }),
  })).filter(({ rows }) => rows.length > 0);
}

/** What they do not share, which makes them hard to compare. */
export function differences(backtests: readonly Backtest[]): string[] {
  const [first, ...rest] = backtests;
  if (first === undefined) return [];
  const differ = (of: (backtest: Backtest) => unknown) =>
    rest.some((each) => JSON.stringify(of(each)) !== JSON.stringify(of(first)));
  return [
    ...(differ(askedText) ? ["they ran on different markets or days"] : []),
    ...(differ((each) => each.wanted.costs) ? ["their costs differ"] : []),
    ...(differ((each) => each.wanted.start_usd) ? ["they began with different capital"] : []),
  ];
}
