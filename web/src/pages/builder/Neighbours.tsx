import { edgeKey, removeEdges } from "@/builder/edit";
import { Button, Icon } from "@/design";
import { useBuilder } from "./context";

/** What leads to a node and what is behind it; each can be gone to, and each connection taken away. */
export function Neighbours({ id }: { id: string }) {
  const { doc } = useBuilder();
  const from = doc.edges.filter((edge) => edge.target === id);
  const to = doc.edges.filter((edge) => edge.source === id);
  return (
    <>
      <Row label="Led to by" edges={from} other="source" />
      <Row label="Leads to" edges={to} other="target" />
    </>
  );
}

function Row({
  label,
  edges,
  other,
}: {
  label: string;
  edges: { source: string; target: string }[];
  other: "source" | "target";
}) {
  const { dispatch } = useBuilder();
  return (
    <div className="inspector-names">
      <span>{label}</span>
      {edges.length === 0 && <span className="faint">nothing</span>}
      {edges.map((edge) => (
        <span key={edgeKey(edge)} className="neighbours-one">
          <button
            type="button"
            className="inspector-name"
            onClick={() => dispatch({ do: "choose", nodes: [edge[other]] })}
          >
            {edge[other]}
          </button>
          <Button
            size="sm"
            look="quiet"
            aria-label={`Disconnect ${edge.source} from ${edge.target}`}
            icon={<Icon name="close" size={10} />}
            onClick={() => dispatch({ do: "edit", change: (doc) => removeEdges(doc, new Set([edgeKey(edge)])) })}
          />
        </span>
      ))}
    </div>
  );
}
