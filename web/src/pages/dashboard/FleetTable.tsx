import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useMay } from "@/app/session";
import { Bps, type Column, Icon, Menu, Money, Percent, Sparkline, Table, Time } from "@/design";
import type { Asking } from "@/runs/RunDialogs";
import { HealthBadge, RunBadge } from "@/runs/RunBadge";
import { askItems } from "@/runs/askItems";
import { drawdownNow } from "./figures";
import type { FleetRow } from "./fleet";
import "./FleetTable.css";

interface Props {
  rows: readonly FleetRow[];
  onAsk: (asking: Asking) => void;
  empty: ReactNode;
}

const drawdown = (row: FleetRow): number | null => drawdownNow(row.equity, row.run?.capital_usd);

export function FleetTable({ rows, onAsk, empty }: Props) {
  const may = useMay("paper");
  const columns = useMemo(
    (): Column<FleetRow>[] => [
      { key: "name", head: "Bot", by: (row) => row.bot.name, cell: (row) => <Name row={row} /> },
      {
        key: "state",
        head: "Status",
        by: (row) => row.run?.state ?? "",
        cell: (row) => (
          <span className="fleet-badges">
            <RunBadge run={row.run} />
            {row.health && row.run?.state === "active" && row.health.condition !== "healthy" && (
              <HealthBadge health={row.health} />
            )}
          </span>
        ),
      },
      {
        key: "pnl",
        head: "Profit and loss",
        right: true,
        by: (row) => (row.metrics?.pnl_usd ? Number(row.metrics.pnl_usd) : null),
        cell: (row) => row.run && <Money usd={row.metrics?.pnl_usd} change why="nothing was decided yet" />,
      },
      {
        key: "return",
        head: "Return",
        right: true,
        wide: true,
        by: (row) => row.metrics?.return_pct ?? null,
        cell: (row) => row.run && <Percent value={row.metrics?.return_pct} change />,
      },
      {
        key: "drawdown",
        head: "Drawdown",
        right: true,
        wide: true,
        by: drawdown,
        cell: (row) => row.run && <Percent value={drawdown(row)} />,
      },
      {
        key: "equity",
        head: "Equity",
        wide: true,
        width: "120px",
        cell: (row) =>
          row.run && (
            <Sparkline
              values={row.equity.map((point) => point.usd)}
              base={Number(row.run.capital_usd)}
              label={`Equity of ${row.bot.name}`}
            />
          ),
      },
      {
        key: "parity",
        head: "Parity",
        right: true,
        wide: true,
        by: (row) => row.parity?.bpsADay ?? null,
        cell: (row) => row.run && <Bps value={row.parity?.bpsADay} why="not measured yet" />,
      },
      {
        key: "decided",
        head: "Last decision",
        wide: true,
        by: (row) => row.lastDecisionTs,
        cell: (row) => row.run && <Time ts={row.lastDecisionTs} />,
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
              items={askItems(row.run, (ask) =>
                onAsk({
                  ask,
                  botId: row.bot.bot_id,
                  name: row.bot.name,
                  run: row.run,
                  account: row.account?.name ?? "",
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
      rowKey={(row) => row.bot.bot_id}
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
      {row.run && (
        <small>
          {row.run.feed} · {row.account?.name ?? "account"}
        </small>
      )}
    </span>
  );
}
