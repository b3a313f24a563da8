import type { ReactNode } from "react";
import "./Panel.css";

interface Props {
  title?: ReactNode;
  /** A short fact beside the title. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** The content brings its own padding, such as a table or a chart. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Panel({ title, aside, actions, flush = false, className = "", children }: Props) {
  return (
    <section className={`panel ${className}`} aria-label={typeof title === "string" ? title : undefined}>
      {(title || actions) && (
        <header className="panel-head">
          {title && <h2>{title}</h2>}
          {aside && <span className="panel-aside">{aside}</span>}
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      <div className={flush ? "panel-flush" : "panel-body"}>{children}</div>
    </section>
  );
}
