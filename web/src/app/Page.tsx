import { type ReactNode, useEffect } from "react";
import "./Page.css";

interface Props {
  title: string;
  /** Shown instead of the title, where that is more than words. */
  heading?: ReactNode;
  /** One line below the title. */
  facts?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page's title, its actions, and its content below one another. */
export function Page({ title, heading, facts, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Paddock`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          <h1>{heading ?? title}</h1>
          {facts && <div className="page-facts">{facts}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
