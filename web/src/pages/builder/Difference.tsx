import { useQuery } from "@tanstack/react-query";
import type { StrategyDoc } from "@/builder/document";
import { ErrorBox, SkeletonRows } from "@/design";
import { diffQuery } from "./queries";
import "./Difference.css";

const SIGNS: Record<string, string> = { added: "+", removed: "−", changed: "→" };

/** What changed in meaning, not in layout. */
export function Difference({ before, after }: { before: StrategyDoc; after: StrategyDoc }) {
  const { data, error, refetch } = useQuery(diffQuery(before, after));
  if (error) return <ErrorBox title="The two cannot be compared" error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={3} label="Comparing" />;
  if (data.same) return <p className="difference-none">They mean the same.</p>;
  return (
    <ul className="difference">
      {data.changes.map((change) => (
        <li key={change.where + change.what} className={`difference-${change.kind}`}>
          <span className="difference-sign" aria-label={change.kind}>
            {SIGNS[change.kind] ?? "·"}
          </span>
          <span>{change.what}</span>
        </li>
      ))}
    </ul>
  );
}
