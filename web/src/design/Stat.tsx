import type { ReactNode } from "react";
import "./Stat.css";

/** Headline figures in one row: `<Stats><Stat …/></Stats>`. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className="stats">{children}</dl>;
}

export function Stat({ label, note, children }: { label: ReactNode; note?: ReactNode; children: ReactNode }) {
  return (
    <div className="stat">
      <dt>{label}</dt>
      <dd className="stat-value">{children}</dd>
      {note && <dd className="stat-note">{note}</dd>}
    </div>
  );
}
