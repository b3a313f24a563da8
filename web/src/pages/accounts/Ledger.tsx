import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { Button, type Column, Empty, ErrorBox, Money, Panel, SkeletonRows, Table, Time } from "@/design";
import { exact } from "@/format";
import { micros, usd } from "@/lab/usd";
import { type Booking, bookings, type Entry } from "./bookings";

const COLUMNS: readonly Column<Booking>[] = [
  { key: "ts", head: "Time", cell: (row) => <Time ts={row.ts} exactly /> },
  {
    key: "cash",
    head: "Cash",
    cell: (row) =>
      row.cash_usd === "0.00" ? (
        <span className="muted">
          moved <Money usd={row.moved_usd} decimals={6} />
        </span>
      ) : (
        <Money usd={row.cash_usd} change decimals={6} />
      ),
    right: true,
  },
  { key: "what", head: "What", cell: (row) => row.what },
  {
    key: "lines",
    head: "Lines",
    cell: (row) => <span className="muted">{row.lines.map(lineText).join(" · ")}</span>,
    wide: true,
  },
];

const lineText = (line: Entry): string => `${line.book} ${exact(usd(micros(line.amount_usd)))}`;

/** Every booking, the newest first. The lines of one sum to zero. */
export function Ledger({ accountId }: { accountId: string }) {
  const ledger = useInfiniteQuery({
    queryKey: ["account", accountId, "ledger"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/v1/accounts/{account_id}/ledger", {
        path: { account_id: accountId },
        query: { newest: true, limit: 200, after: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.next,
  });
  return (
    <Panel title="Ledger" aside="newest first; the lines of each booking sum to zero" flush>
      {ledger.isPending && (
        <div className="panel-body">
          <SkeletonRows rows={5} />
        </div>
      )}
      {ledger.isError && (
        <div className="panel-body">
          <ErrorBox error={ledger.error} onRetry={() => void ledger.refetch()} />
        </div>
      )}
      {ledger.data && (
        <Table
          label="Ledger"
          columns={COLUMNS}
          rows={bookings(ledger.data.pages.flatMap((page) => page.items))}
          rowKey={(row) => row.txn}
          height={420}
          empty={<Empty title="Nothing was booked yet">Deposits, fills, fees and funding are written here.</Empty>}
        />
      )}
      {ledger.hasNextPage && (
        <div className="panel-body">
          <Button size="sm" busy={ledger.isFetchingNextPage} onClick={() => void ledger.fetchNextPage()}>
            Older bookings
          </Button>
        </div>
      )}
    </Panel>
  );
}
