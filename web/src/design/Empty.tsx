import type { ReactNode } from "react";
import "./Empty.css";

/** Teaches the next step. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p className="empty-words">{children}</p>}
      {action}
    </div>
  );
}
