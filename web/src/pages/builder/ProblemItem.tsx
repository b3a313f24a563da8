import { mends } from "@/builder/mends";
import type { Placed } from "@/builder/problems";
import { sentence } from "@/builder/summary";
import { Button } from "@/design";
import { useBuilder } from "./context";
import { useMending } from "./mending";
import "./ProblemItem.css";

/** A problem: where, what was seen, the rule, and the mends as buttons. */
export function ProblemItem({ problem, place = false }: { problem: Placed; place?: boolean }) {
  const { doc, dispatch, show } = useBuilder();
  const mending = useMending();
  const error = problem.severity === "error";
  const goTo = () => {
    const edge = problem.edge === null ? undefined : doc.edges[problem.edge];
    if (problem.node !== null) dispatch({ do: "choose", nodes: [problem.node] });
    else if (edge) dispatch({ do: "choose", nodes: [edge.source, edge.target] });
    else if (problem.part === "risk" || problem.part === "scope" || problem.part === "waivers") show("strategy");
  };
  const offered = mends(problem, doc);
  return (
    <div className={`problem-item ${error ? "problem-item-error" : "problem-item-warning"}`}>
      <p>
        <span aria-hidden>{error ? "◆" : "▲"}</span>
        <span className="sr-only">{error ? "Error: " : "Warning: "}</span>
        {place && (
          <button type="button" className="problem-item-where" onClick={goTo}>
            {problem.node ?? problem.where}
            {problem.node !== null && problem.param !== null && `, ${problem.param.replace(/_/g, " ")}`}
          </button>
        )}
        {ended(problem.rule)}
        {problem.seen && <span className="muted"> Seen: {problem.seen}.</span>}
      </p>
      {problem.suggestion && offered.length === 0 && <p className="muted">{ended(problem.suggestion)}</p>}
      {offered.length > 0 && (
        <div className="problem-item-mends">
          {offered.map((mend) => (
            <Button key={mend.label} size="sm" onClick={() => mending(mend)}>
              {mend.label}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function ended(text: string): string {
  const made = sentence(text);
  return /[.?!]$/.test(made) ? made : `${made}.`;
}
