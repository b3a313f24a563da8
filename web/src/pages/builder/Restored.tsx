import { useState } from "react";
import type { StrategyDoc } from "@/builder/document";
import { Button } from "@/design";
import { useBuilder } from "./context";

/** Says that this is work of before, and offers what was saved instead. */
export function Restored({ doc }: { doc: StrategyDoc | null }) {
  const { dispatch, state } = useBuilder();
  const [seen, setSeen] = useState(false);
  if (doc === null || seen) return null;
  const discard = () => {
    dispatch({ do: "edit", change: () => doc });
    setSeen(true);
  };
  return (
    <div className="builder-restored" role="status">
      <span>
        This is your work of before, which was not saved
        {state.saved && ` (it began from version ${state.saved.version})`}.
      </span>
      <Button size="sm" onClick={discard}>
        Take what is saved
      </Button>
      <Button size="sm" look="quiet" onClick={() => setSeen(true)}>
        Go on
      </Button>
    </div>
  );
}
