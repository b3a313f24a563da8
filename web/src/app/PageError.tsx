import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorBox } from "@/design";
import "./Page.css";

/** A page that broke; the rest goes on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  // After an update of the server the page's file has another name: only a reload finds it.
  const words = error instanceof Error ? error.message : String(error);
  const gone = /dynamically imported module|Importing a module script failed/i.test(words);
  return (
    <div className="page">
      <ErrorBox
        title={gone ? "This page was updated on the server" : "This page failed"}
        error={error}
        onRetry={gone ? () => location.reload() : reset}
      />
    </div>
  );
}
