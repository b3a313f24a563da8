import { isObject } from "@/builder/document";
import { Empty } from "@/design";
import { Page } from "@/app/Page";

/** A strategy that is not a graph: shown, not edited. */
export function Foreign({ strategy }: { strategy: Record<string, unknown> }) {
  const python = isObject(strategy.python) ? String(strategy.python.source ?? "") : "";
  return (
    <Page title={String(strategy.name ?? "Strategy")}>
      <Empty title="This strategy is written in Python">
        The builder edits graphs. Change its file, and make a bot of that with “paddock bots create”.
      </Empty>
      <pre className="code-text">{python || JSON.stringify(strategy, null, 2)}</pre>
    </Page>
  );
}
