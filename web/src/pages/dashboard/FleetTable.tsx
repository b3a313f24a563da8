import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useMay } from "@/app/session";
import { Bps, type Column, Icon, Menu, Money, Percent, Sparkline, Table, Time } from "@/design";
import type { Asking } from "@/runs/RunDialogs";
import { HealthBadge, RunBadge } from "@/runs/RunBadge";
import { askItems } from "@/runs/askItems";
import { pnlOf, pointsOf, returnOf } from "./figures";
import { type FleetRow, rowKey } from "./fleet";
import "./FleetTable.css";

interface Props {
  rows: readonly FleetRow[];
  onAsk: (asking: Asking) => void;
  empty: ReactNode;
}

const NO_PRICE = "a position has no price";
const amount = (usd: string | null): number | null => (usd === null ? null : Number(usd));

export function FleetTable({ rows, onAsk, empty }: Props) {
  const may = useMay("paper");
  const columns = useMemo(
    (): Column<FleetRow>[] => [
      { key: "name", head: "Bot", by: (row) => row.bot.name, cell: (row) => <Name row={row} /> },
      {
        key: "state",
        head: "Status",
        by: (row) => row.current?.run.state ?? "",
        cell: ({ current }) => (
          <span className="fleet-badges">
            <RunBadge run={current?.run ?? null} />
            {current?.run.state === "active" && current.condition !== "healthy" && <HealthBadge health={current} />}
          </span>
        ),
      },
      {
        key: "pnl",
        head: "Profit and loss",
        right: true,
        by: ({ current }) => current && amount(pnlOf(current)),
        cell: ({ current }) => current && <Money usd={pnlOf(current)} change why={NO_PRICE} />,
      },
      {
        key: "unrealised",
        head: "Unrealised",
        right: true,
        wide: true,
        by: ({ current }) => current && amount(current.unrealised_usd),
        cell: ({ current }) => current && <Money usd={current.unrealised_usd} change why={NO_PRICE} />,
      },
      {
        key: "return",
        head: "Return",
        right: true,
        wide: true,
        by: ({ current }) => current && returnOf(current),
        cell: ({ current }) => current && <Percent value={returnOf(current)} change why={NO_PRICE} />,
      },
      {
        key: "drawdown",
        head: "Drawdown",
        right: true,
        wide: true,
        by: ({ current }) => current?.drawdown_pct ?? null,
        cell: ({ current }) => current && <Percent value={current.drawdown_pct} why={NO_PRICE} />,
      },
      {
        key: "equity",
        head: "Equity",
        wide: true,
        width: "120px",
        cell: ({ bot, current }) =>
          current && (
            <Sparkline
              values={pointsOf(current).map((point) => point.usd)}
              base={Number(current.run.capital_usd)}
              label={`Equity of ${bot.name}`}
            />
          ),
      },
      {
        key: "parity",
        head: "Parity",
        right: true,
        wide: true,
        by: ({ current }) => current?.parity?.bps_a_day ?? null,
        cell: ({ current }) => current && <Bps value={current.parity?.bps_a_day} why="not measured yet" />,
      },
      {
        key: "decided",
        head: "Last decision",
        wide: true,
        by: ({ current }) => current?.last_decision_ts ?? null,
        cell: ({ current }) => current && <Time ts={current.last_decision_ts} />,
      },
      {
        key: "do",
        head: <span className="sr-only">Actions</span>,
        right: true,
        width: "56px",
        cell: (row) =>
          may && (
            <Menu
              look="quiet"
              size="sm"
              label={`Actions for ${row.bot.name}`}
              icon={<Icon name="more" />}
              items={askItems(row.current?.run ?? null, (ask) =>
                onAsk({
                  ask,
                  botId: row.bot.bot_id,
                  name: row.bot.name,
                  run: row.current?.run ?? null,
                  account: row.account ?? "",
                }),
              )}
            />
          ),
      },
    ],
    [may, onAsk],
  );
  return (
    <Table
      label="Bots"
      columns={columns}
      rows={rows}
      rowKey={rowKey}
      empty={empty}
      sort={{ key: "name", down: false }}
    />
  );
}

function Name({ row }: { row: FleetRow }) {
  return (
    <span className="fleet-name">
      <Link to="/bots/$botId" params={{ botId: row.bot.bot_id }} title={row.bot.name}>
        {row.bot.name}
      </Link>
      {row.current && (
        <small>
          {row.current.run.feed} · {row.account ?? "account"}
        </small>
      )}
    </span>
  );
}
