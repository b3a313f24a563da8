import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { Backtest } from "@/api/types";
import { Badge, ErrorBox, Icon, Skeleton } from "@/design";
import { count } from "@/format";
import { busiest } from "@/lab/breakdown";
import type { ResultDocument } from "@/lab/document";
import { resultQuery } from "@/lab/queries";
import type { TradeRow } from "@/lab/trades";
import { Charts } from "./Charts";
import { Costs } from "./Costs";
import { Distribution } from "./Distribution";
import { Endings, Refusals, Symbols } from "./Endings";
import { FigureTable } from "./FigureTable";
import { Headlines } from "./Headlines";
import { Months } from "./Months";
import { Reading } from "./Reading";
import { ReportButton } from "./ReportButton";
import { Trades } from "./Trades";
import { Warnings } from "./Warnings";

/** A backtest that is done. */
export function Result({ backtest }: { backtest: Backtest }) {
  const result = useQuery(resultQuery(backtest.backtest_id));
  if (result.isError)
    return <ErrorBox title="The result cannot be read" error={result.error} onRetry={() => void result.refetch()} />;
  if (result.isPending) {
    return (
      <div className="lab-result" aria-busy>
        <Skeleton height={52} />
        <Skeleton height={84} />
        <Skeleton height={480} />
      </div>
    );
  }
  return <Shown key={backtest.backtest_id} backtest={backtest} doc={result.data} />;
}

function Shown({ backtest, doc }: { backtest: Backtest; doc: ResultDocument }) {
  const [symbol, setSymbol] = useState(() => busiest(doc));
  const [trade, setTrade] = useState<TradeRow | null>(null);
  const charts = useRef<HTMLDivElement>(null);
  const look = (row: TradeRow) => {
    setSymbol(row.symbol);
    setTrade({ ...row });
    charts.current?.scrollIntoView({ block: "start" });
  };
  const id = backtest.backtest_id;
  return (
    <div className="lab-result">
      <header className="lab-head">
        <div>
          <h2 className="lab-name">{doc.strategy_name}</h2>
          <p className="lab-facts">
            <Badge shape={false}>Simulated</Badge>
            <span>
              {doc.tape.venue} {doc.tape.interval}, {doc.tape.symbols.slice(0, 6).join(", ")}
              {doc.tape.symbols.length > 6 && ` and ${doc.tape.symbols.length - 6} more`}
            </span>
            <span>{count(doc.tape.bars)} bars</span>
            <span title={`strategy ${doc.strategy_hash}, orders ${doc.orders_hash}`}>
              strategy <code>{doc.strategy_hash.slice(0, 10)}</code>
            </span>
          </p>
        </div>
        <div className="lab-acts">
          <Link to="/lab" search={{ like: id }} className="button button-sm">
            <Icon name="edit" /> Change and run again
          </Link>
          <ReportButton id={id} name={doc.strategy_name} />
        </div>
      </header>
      <Warnings warnings={doc.warnings} />
      <Headlines doc={doc} />
      <div ref={charts} className="lab-result lab-anchor">
        <Charts id={id} doc={doc} symbol={symbol} onSymbol={setSymbol} trade={trade} />
      </div>
      <div className="lab-pair">
        <Costs doc={doc} />
        <Distribution doc={doc} />
      </div>
      <Months doc={doc} />
      <div className="lab-pair">
        <Endings doc={doc} />
        <Symbols doc={doc} />
      </div>
      <Trades doc={doc} picked={trade?.number ?? null} onPick={look} />
      <Refusals doc={doc} />
      <Reading strategy={backtest.wanted.strategy as Record<string, unknown>} />
      <FigureTable doc={doc} />
      <p className="lab-note muted">
        A simulation on past data with the costs stated above; it promises nothing about returns. The more variants are
        tried, the better the best looks by luck alone.
      </p>
    </div>
  );
}
