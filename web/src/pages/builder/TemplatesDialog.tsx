import type { StrategyDoc } from "@/builder/document";
import { Dialog } from "@/design";
import { useBuilder } from "./context";
import { placed } from "./opening";
import { Templates } from "./Templates";

/** Another strategy in the place of this one; undo brings this one back. */
export function TemplatesDialog({ onClose }: { onClose: () => void }) {
  const { dispatch } = useBuilder();
  const take = (doc: StrategyDoc) => {
    const made = placed(doc);
    dispatch({ do: "edit", change: () => made });
    onClose();
  };
  return (
    <Dialog title="Templates" onClose={onClose} wide>
      <p>A template takes the place of what is open. Undo brings that back.</p>
      <Templates onPick={take} />
    </Dialog>
  );
}
