import { Badge, Money, Panel } from "@/design";
import { fixed, percent } from "@/format";
import { costSplit } from "@/lab/breakdown";
import type { ResultDocument } from "@/lab/document";
import { words } from "@/lab/figures";

/** Gross beside what it cost, and at which terms. */
export function Costs({ doc }: { doc: ResultDocument }) {
  const split = costSplit(doc);
  const ledger = [
    ["Gross PnL", split.gross_usd],
    ["Fees", split.fees_usd],
    ["Funding", split.funding_usd],
    ["Net PnL", split.net_usd],
  ] as const;
  const off = doc.costs.off.map(words).join(", ");
  return (
    <Panel
      title="Costs"
      aside={split.fee_share === null ? undefined : `fees took ${percent(100 * split.fee_share, 1)} of gross`}
    >
      {off !== "" && <Badge tone="warn">Switched off: {off}</Badge>}
      <dl className="lab-ledger">
        {ledger.map(([label, usd]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <Money usd={usd} change />
            </dd>
          </div>
        ))}
      </dl>
      <dl className="lab-terms">
        {termsOf(doc).map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function termsOf({ costs, tape }: ResultDocument): [string, string][] {
  const fees = Object.values(costs.fees);
  const impact = costs.impact > 0 ? ` and square-root impact ${fixed(costs.impact, 2)}` : "";
  return [
    ["Taker fee", spread(fees.map((fee) => fee.taker_bps))],
    ["Maker fee", spread(fees.map((fee) => fee.maker_bps))],
    ["Slippage, in the prices", `${costs.slippage_bps} bps${impact}`],
    ["Latency, in the prices", `${costs.latency_ms ?? 0} ms`],
    ["Funding", fundingText(costs, tape)],
    ["Most of a bar's volume", costs.participation_pct === null ? "no cap" : `${costs.participation_pct} %`],
    ["Limit orders fill", costs.touch ? "when touched" : "when traded through"],
  ];
}

function spread(bps: number[]): string {
  if (bps.length === 0) return "–";
  const [low, high] = [Math.min(...bps), Math.max(...bps)];
  return low === high ? `${low} bps` : `${low} to ${high} bps`;
}

function fundingText(costs: ResultDocument["costs"], tape: ResultDocument["tape"]): string {
  if (costs.off.includes("funding")) return "switched off";
  if (!costs.funding || tape.funding_coverage === null) return "no rates on the tape";
  return `real rates, ${percent(100 * tape.funding_coverage, 1)} of bars`;
}
