import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { StrategyDoc } from "@/builder/document";
import { type Line, rulesOf } from "@/builder/reading";
import { sentence } from "@/builder/summary";
import { ErrorBox, SkeletonRows } from "@/design";
import { useBuilder } from "./context";
import { readingQuery } from "./queries";
import "./ReadingPanel.css";

/** The whole strategy in English; a line goes to the node that says it, and stands out with it. */
export function ReadingPanel({ rested }: { rested: StrategyDoc }) {
  const { doc, checked } = useBuilder();
  const { data, error, refetch } = useQuery(readingQuery(rested, checked.sound));
  const rules = useMemo(
    () =>
      data
        ? rulesOf(
            {
              where: data.where,
              rules: data.rules,
              risk: data.risk,
              sentences: data.sentences,
              ruleNodes: data.rule_nodes,
            },
            doc,
          )
        : [],
    [data, doc],
  );
  if (error && checked.valid) {
    return (
      <div className="reading">
        <ErrorBox error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className="reading">
        {checked.valid === false ? (
          <p className="reading-none">Once the errors are mended, the strategy is read out here in plain English.</p>
        ) : (
          <SkeletonRows rows={4} label="Reading the strategy" />
        )}
      </div>
    );
  }
  const old = checked.valid === false;
  return (
    <div className={`reading ${old ? "reading-old" : ""}`} aria-live="off">
      {old && <p className="reading-stale">As it read before the errors:</p>}
      <p className="reading-where">{sentence(data.where)}.</p>
      <ol className="reading-rules">
        {rules.map((rule, number) => (
          <li key={rule.action ?? number}>
            {rule.lines.map((line, row) => (
              <ReadingLine key={row} line={line} first={row === 0} />
            ))}
          </li>
        ))}
      </ol>
      <h3>What it may risk</h3>
      <ul className="reading-risk">
        {data.risk.map((line) => (
          <li key={line}>{sentence(line)}.</li>
        ))}
      </ul>
    </div>
  );
}

function ReadingLine({ line, first }: { line: Line; first: boolean }) {
  const { state, dispatch } = useBuilder();
  const chosen = line.nodes.some((id) => state.nodes.has(id));
  const look = `reading-line ${first ? "reading-first" : ""} ${line.indent ? "reading-indent" : ""} ${chosen ? "reading-chosen" : ""}`;
  if (line.nodes.length === 0) return <p className={look}>{line.text}</p>;
  return (
    <p className={look}>
      <button type="button" onClick={() => dispatch({ do: "choose", nodes: line.nodes })}>
        {line.text}
      </button>
    </p>
  );
}
