import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { type Column, Empty, Percent, Table } from "@/design";
import { healthQuery, metricsQuery } from "@/runs/queries";
import { words } from "@/runs/words";
import { Loaded } from "./Loaded";
import "./Parity.css";
import { type Limit, limitsOf } from "./risk";

const formQuery = queryOptions({
  queryKey: ["risk form"],
  queryFn: ({ signal }) => api.get("/api/v1/strategies/risk", { signal }),
  staleTime: Infinity,
});

const COLUMNS: readonly Column<Limit>[] = [
  { key: "label", head: "Limit", cell: (row) => words(row.label) },
  {
    key: "value",
    head: "Value",
    right: true,
    cell: (row) => <span className={row.own ? "" : "faint"}>{row.value}</span>,
  },
  {
    key: "own",
    head: "From",
    wide: true,
    cell: (row) => <span className="faint">{row.own ? "the strategy" : "the default"}</span>,
  },
  { key: "help", head: "What it does", wide: true, cell: (row) => <span className="muted">{row.help}</span> },
];

/** What the bot may do, and how near its drawdown is to the limit. */
export function Risk({ runId, strategy }: { runId: string; strategy: Record<string, unknown> }) {
  const form = useQuery(formQuery);
  const { data: metrics } = useQuery(metricsQuery(runId));
  const { data: health } = useQuery(healthQuery(runId));
  return (
    <>
      <p className="parity-head">
        <strong>
          Drawdown now{" "}
          <Percent value={metrics?.drawdown_pct} change why={metrics ? "a position has no price" : "not asked yet"} />
        </strong>{" "}
        from the highest that it was worth.{" "}
        {health && health.blocks.length > 0 ? "Entries are blocked, see above." : "Nothing blocks its entries."} The
        gates apply to what increases exposure; an exit is never blocked.
      </p>
      <Loaded asked={form}>
        {(data) => (
          <Table
            label="Risk limits"
            columns={COLUMNS}
            rows={limitsOf(data.params, strategy.risk)}
            rowKey={(row) => row.name}
            empty={<Empty title="No limits" />}
            height={560}
          />
        )}
      </Loaded>
    </>
  );
}
