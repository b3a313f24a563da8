import type { ReactNode } from "react";
import { Badge } from "@/design";
import { words } from "@/runs/words";
import { blockers, type Guard, type Rule, type Test, type Verdict } from "./explanation";
import { figure } from "./reading";

const MARKS: Record<Verdict, string> = { passed: "✓", failed: "✕", unknown: "?" };
const TONES = { passed: "good", failed: "plain", unknown: "unknown" } as const;
const SAYS: Record<Verdict, string> = { passed: "held", failed: "did not hold", unknown: "not known" };

/** One rule with its conditions as the tree that it is; what stood in the way stands out. */
export function WhyRule({ rule }: { rule: Rule }) {
  const blocking = blockers(rule.guard);
  return (
    <li className="why-rule">
      <div className="why-rule-head">
        <strong>{words(rule.action)}</strong>
        <code>{rule.node}</code>
        <Badge tone={TONES[rule.verdict]}>{SAYS[rule.verdict]}</Badge>
      </div>
      <Part guard={rule.guard} blocking={blocking} top />
    </li>
  );
}

function Part({ guard, blocking, top = false }: { guard: Guard; blocking: Set<Guard>; top?: boolean }) {
  if (guard.kind === "test") return <Line guard={guard} blocking={blocking.has(guard)} />;
  if (guard.says || !guard.parts) {
    const text = guard.says ?? (guard.kind === "always" ? "always" : "never");
    return <Said verdict={guard.verdict} blocking={blocking.has(guard)} text={text} />;
  }
  return (
    <div className={top ? "why-group why-top" : "why-group"}>
      {guard.parts.length > 1 && <span className="why-kind">{guard.kind === "any" ? "any of" : "all of"}</span>}
      {guard.parts.map((part, at) => (
        <Part key={at} guard={part} blocking={blocking} />
      ))}
    </div>
  );
}

function Said({
  verdict,
  blocking,
  text,
  children,
}: {
  verdict: Verdict;
  blocking: boolean;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className={`why-line why-${verdict} ${blocking ? "why-blocking" : ""}`}>
      <span className="why-mark" role="img" aria-label={SAYS[verdict]}>
        {MARKS[verdict]}
      </span>
      <span className="why-text">{text}</span>
      {children}
      {blocking && <span className="sr-only">, which stood in the way</span>}
    </div>
  );
}

function Line({ guard, blocking }: { guard: Test; blocking: boolean }) {
  const crosses = guard.op.startsWith("crosses");
  return (
    <Said verdict={guard.verdict} blocking={blocking} text={`${guard.left} ${guard.op} ${guard.right}`}>
      <span className="why-values">
        {figure(guard.left_value)} <span className="faint">against</span> {figure(guard.right_value)}
        {crosses && (
          <span className="faint">
            {" "}
            (before {figure(guard.left_before)} / {figure(guard.right_before)})
          </span>
        )}
      </span>
    </Said>
  );
}
