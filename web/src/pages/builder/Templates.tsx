import { useQuery } from "@tanstack/react-query";
import { templatesQuery } from "@/api/queries";
import { byName } from "@/builder/blocks";
import { readDocument, type StrategyDoc } from "@/builder/document";
import { glance } from "@/builder/summary";
import { ErrorBox, Skeleton } from "@/design";
import { blocksQuery } from "./queries";
import { Sketch } from "./Sketch";
import "./Templates.css";

/** Complete strategies to start from, each with its graph in small. */
export function Templates({ onPick }: { onPick: (doc: StrategyDoc) => void }) {
  const { data, error, refetch } = useQuery(templatesQuery);
  const blocks = useQuery(blocksQuery).data ?? [];
  const names = byName(blocks);
  if (error) return <ErrorBox title="The templates could not be read" error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div role="status" aria-label="Templates">
        <ul className="templates">
          {[0, 1, 2, 3, 4, 5].map((one) => (
            <li key={one} className="templates-empty">
              <Skeleton height={180} />
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <ul className="templates">
      {data.items.map((template) => {
        const doc = readDocument(JSON.stringify(template.strategy));
        return (
          <li key={template.name}>
            <button type="button" className="templates-one" onClick={() => onPick(doc)}>
              <Sketch doc={doc} blocks={names} />
              <span className="templates-title">{template.title}</span>
              <span className="templates-words">{template.description}</span>
              <span className="templates-facts">
                {[glance(doc, names), doc.scope.interval].filter(Boolean).join(" · ")}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
