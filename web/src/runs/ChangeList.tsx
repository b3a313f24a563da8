import type { Model } from "@/api/types";
import "./ChangeList.css";

const SIGNS: Record<string, string> = { added: "+", removed: "−", changed: "→" };

/** What changed in meaning, not in layout. */
export function ChangeList({ difference }: { difference: Model<"DifferenceModel"> }) {
  if (difference.same) return <p className="change-list-none">They mean the same.</p>;
  return (
    <ul className="change-list">
      {difference.changes.map((change) => (
        <li key={change.where + change.what} className={`change-list-${change.kind}`}>
          <span className="change-list-sign" aria-label={change.kind}>
            {SIGNS[change.kind] ?? "·"}
          </span>
          <span>{change.what}</span>
        </li>
      ))}
    </ul>
  );
}
