import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { Empty } from "./Empty";
import { type Sorting, sorted } from "./sorting";
import "./Table.css";

export interface Column<R> {
  key: string;
  head: ReactNode;
  cell: (row: R) => ReactNode;
  /** Numbers stand on the right. */
  right?: boolean;
  /** What to sort by; without it the column is not sorted. Nulls come last. */
  by?: (row: R) => number | string | null;
  width?: string;
  /** Left out on a phone. */
  wide?: boolean;
}

interface Props<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string;
  onRow?: (row: R) => void;
  picked?: string;
  empty?: ReactNode;
  sort?: Sorting;
  /** Scrolls inside beyond this height, px. */
  height?: number;
}

const ROW = 30;
const MANY = 80;

/** Dense rows; beyond some dozens only those in view are in the page. */
export function Table<R>({ label, columns, rows, rowKey, onRow, picked, empty, sort, height = 480 }: Props<R>) {
  const [sorting, setSorting] = useState<Sorting | undefined>(sort);
  const by = columns.find((column) => column.key === sorting?.key)?.by;
  const shown = useMemo(() => (by && sorting ? sorted(rows, by, sorting.down) : rows), [rows, by, sorting]);
  const box = useRef<HTMLDivElement>(null);
  const many = shown.length > MANY;
  const virtual = useVirtualizer({
    count: many ? shown.length : 0,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  if (rows.length === 0) return <>{empty ?? <Empty title="Nothing here yet" />}</>;
  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  const visible = many ? shown.slice(first?.index ?? 0, (last?.index ?? -1) + 1) : shown;
  const above = many ? (first?.start ?? 0) : 0;
  const below = many && last ? virtual.getTotalSize() - last.end : 0;
  return (
    <div className="table-box" ref={box} style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <table className="table" aria-rowcount={shown.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sorting={sorting} onSort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap size={above} span={columns.length} />
          {visible.map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                className={onRow ? "table-pick" : undefined}
                aria-selected={picked === undefined ? undefined : picked === key}
                tabIndex={onRow ? 0 : undefined}
                onClick={onRow && (() => onRow(row))}
                onKeyDown={
                  onRow && ((event) => event.key === "Enter" && event.target === event.currentTarget && onRow(row))
                }
              >
                {columns.map((column) => (
                  <td key={column.key} className={classOf(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap size={below} span={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

function classOf<R>(column: Column<R>): string {
  return `${column.right ? "table-right" : ""} ${column.wide ? "table-wide" : ""}`;
}

interface HeadProps<R> {
  column: Column<R>;
  sorting: Sorting | undefined;
  onSort: (sorting: Sorting) => void;
}

function Head<R>({ column, sorting, onSort }: HeadProps<R>) {
  const mine = sorting?.key === column.key ? sorting : undefined;
  const order = mine && (mine.down ? "descending" : "ascending");
  return (
    <th scope="col" className={classOf(column)} style={{ width: column.width }} aria-sort={order}>
      {column.by ? (
        <button
          type="button"
          onClick={() => onSort({ key: column.key, down: mine ? !mine.down : Boolean(column.right) })}
        >
          {column.head}
          <span aria-hidden>{mine ? (mine.down ? " ↓" : " ↑") : ""}</span>
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

function Gap({ size, span }: { size: number; span: number }) {
  if (size <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height: size, padding: 0, border: 0 }} />
    </tr>
  );
}
