import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Check, Empty, ErrorBox, Icon, Panel, SkeletonRows, Time } from "@/design";
import { explainQuery, type Read, verdictOf } from "./explanation";
import { WhyRule } from "./WhyRule";
import "./Why.css";

interface Props {
  runId: string;
  symbol: string;
  /** A moment within the bar that is asked about; none before the first bar. */
  at: number | null;
  step_ms: number;
  onAt: (at: number) => void;
  newest: number | null;
}

/** What each condition saw in a bar: why it traded, and why not. */
export function Why({ runId, symbol, at, step_ms, onAt, newest }: Props) {
  const [heldOnly, setHeldOnly] = useState(false);
  const asked = useQuery({ ...explainQuery(runId, at ?? 0), enabled: at !== null, placeholderData: keepPreviousData });
  const { data, error, refetch } = asked;
  const step = (by: number) => at !== null && onAt(Math.min(at + by * step_ms, newest ?? Infinity));
  const actions = (
    <>
      <Button
        size="sm"
        look="quiet"
        aria-label="The bar before"
        icon={<Icon name="left" />}
        disabled={at === null}
        onClick={() => step(-1)}
      />
      <Button
        size="sm"
        look="quiet"
        aria-label="The bar after"
        icon={<Icon name="right" />}
        disabled={at === null || newest === null || at + step_ms > newest}
        onClick={() => step(1)}
      />
      <Button size="sm" disabled={newest === null} onClick={() => newest !== null && onAt(newest)}>
        Newest bar
      </Button>
    </>
  );
  return (
    <Panel title="Why, and why not" actions={actions} className="why">
      {at === null && (
        <Empty title="No bar yet">The run begins at the next bar; then each condition is shown with what it saw.</Empty>
      )}
      {error && <ErrorBox error={error} onRetry={() => void refetch()} />}
      {!error && at !== null && !data && <SkeletonRows rows={6} label="Reading the bar" />}
      {!error && data && (
        <div className={asked.isPlaceholderData ? "why-stale" : undefined}>
          <p className="why-head">
            <strong>{verdictOf(data, symbol).text}</strong>
            <span className="faint">
              {symbol} {data.interval}, bar of <Time ts={data.ts} />
            </span>
          </p>
          {data.read ? (
            <ReadByCode read={data.read.filter((each) => each.symbol === symbol)} />
          ) : (
            <>
              <Rules heldOnly={heldOnly} rules={data.rules.filter((rule) => rule.symbol === symbol)} />
              <Check label="Only rules that held" checked={heldOnly} onPick={setHeldOnly} />
            </>
          )}
        </div>
      )}
    </Panel>
  );
}

function ReadByCode({ read }: { read: readonly Read[] }) {
  const shown = (value: number | null) => (value === null ? "not known" : String(Number(value.toPrecision(6))));
  if (read.length === 0) return <p className="why-none faint">Its code reads nothing of this market.</p>;
  return (
    <ul className="why-rules">
      {read.map(({ name, value, before }) => (
        <li key={name}>
          {name} <strong className="num">{shown(value)}</strong> <span className="faint">before: {shown(before)}</span>
        </li>
      ))}
    </ul>
  );
}

function Rules({ rules, heldOnly }: { rules: Parameters<typeof WhyRule>[0]["rule"][]; heldOnly: boolean }) {
  const shown = heldOnly ? rules.filter((rule) => rule.verdict === "passed") : rules;
  if (shown.length === 0)
    return <p className="why-none faint">{heldOnly ? "None held in this bar." : "No rule is about this market."}</p>;
  return (
    <ul className="why-rules">
      {shown.map((rule, at) => (
        <WhyRule key={`${rule.node} ${at}`} rule={rule} />
      ))}
    </ul>
  );
}
