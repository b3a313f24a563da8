import { type Alignment, align } from "@/builder/align";
import { glance } from "@/builder/summary";
import { Button, Empty, Icon } from "@/design";
import { boxesOf } from "./boxes";
import { useBuilder } from "./context";

const WAYS: { how: Alignment; label: string; path: string }[] = [
  { how: "left", label: "Align left", path: "M3 2v12M6 5h7M6 10h4" },
  { how: "centre", label: "Align centres", path: "M8 2v12M4 5h8M5.5 10h5" },
  { how: "right", label: "Align right", path: "M13 2v12M3 5h7M6 10h4" },
  { how: "top", label: "Align top", path: "M2 3h12M5 6v7M10 6v4" },
  { how: "middle", label: "Align middles", path: "M2 8h12M5 4v8M10 5.5v5" },
  { how: "bottom", label: "Align bottom", path: "M2 13h12M5 3v7M10 6v4" },
  { how: "across", label: "Space evenly across", path: "M2 3v10M14 3v10M8 5v6" },
  { how: "down", label: "Space evenly down", path: "M3 2h10M3 14h10M5 8h6" },
];

/** Nothing, an edge, or several nodes. */
export function ChosenPanel() {
  const { state, doc, blocks, dispatch } = useBuilder();
  if (state.nodes.size === 0 && state.edges.size > 0) {
    return (
      <>
        <h2>{state.edges.size === 1 ? "A connection" : `${state.edges.size} connections`}</h2>
        <div className="inspector-acts">
          <Button icon={<Icon name="trash" />} onClick={() => dispatch({ do: "remove" })}>
            Remove
          </Button>
        </div>
      </>
    );
  }
  if (state.nodes.size === 0) {
    return (
      <Empty title="Nothing is chosen">
        Choose a node to see its parameters, or add a block from the palette: with “/” and Enter, or by dragging it
        here.
        {glance(doc, blocks) && ` This strategy has ${glance(doc, blocks)}.`}
      </Empty>
    );
  }
  return (
    <>
      <h2>{state.nodes.size} nodes</h2>
      <div className="inspector-acts inspector-align" role="group" aria-label="Align">
        {WAYS.map(({ how, label, path }) => (
          <Button
            key={how}
            size="sm"
            aria-label={label}
            title={label}
            disabled={(how === "across" || how === "down") && state.nodes.size < 3}
            icon={
              <svg
                width={16}
                height={16}
                viewBox="0 0 16 16"
                fill="none"
                stroke="currentColor"
                strokeWidth={1.5}
                aria-hidden
              >
                <path d={path} />
              </svg>
            }
            onClick={() => dispatch({ do: "move", to: align(boxesOf(doc, state.nodes), how) })}
          />
        ))}
      </div>
      <div className="inspector-acts">
        <Button size="sm" icon={<Icon name="copy" />} onClick={() => dispatch({ do: "duplicate" })}>
          Duplicate
        </Button>
        <Button size="sm" icon={<Icon name="trash" />} onClick={() => dispatch({ do: "remove" })}>
          Remove
        </Button>
      </div>
    </>
  );
}
