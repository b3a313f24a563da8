import { useQuery } from "@tanstack/react-query";
import { Bps, type Column, Empty, Money, Table, Time } from "@/design";
import { fixed, plural } from "@/format";
import { parityQuery } from "@/runs/queries";
import { Loaded } from "./Loaded";
import { comparedOf, type ParityPart, partsOf } from "./parity";
import "./Parity.css";

const COLUMNS: readonly Column<ParityPart>[] = [
  { key: "part", head: "Part", cell: (row) => (row.key === "total" ? <strong>{row.label}</strong> : row.label) },
  { key: "words", head: "What it is", wide: true, cell: (row) => <span className="muted">{row.words}</span> },
  { key: "bps", head: "Of capital a day", right: true, cell: (row) => <Bps value={row.bps} change decimals={2} /> },
  { key: "usd", head: "All together", right: true, cell: (row) => <Money usd={row.usd} change /> },
];

/** The run beside the backtest of the same version over the bars that it really saw. */
export function Parity({ runId }: { runId: string }) {
  return (
    <Loaded asked={useQuery(parityQuery(runId))}>
      {({ report, ts }) => {
        if (report === null || ts === null)
          return (
            <Empty title="Not measured yet">
              Every half minute some runs are compared with a backtest over the bars that they saw.
            </Empty>
          );
        const it = comparedOf(report);
        const same = it.onlyLive + it.onlyShadow + it.differing === 0;
        return (
          <>
            <p className="parity-head">
              <strong>{same ? "The same as its backtest, order for order." : "It differs from its backtest."}</strong>{" "}
              {plural(it.orders, "order")} over {plural(it.bars, "bar")} ({fixed(it.days, 1)} days): {it.onlyLive} only
              here, {it.onlyShadow} only in the backtest, {it.differing} filled otherwise. Measured at <Time ts={ts} />.
            </p>
            <Table label="Parity, split" columns={COLUMNS} rows={partsOf(report)} rowKey={(row) => row.key} />
          </>
        );
      }}
    </Loaded>
  );
}
