import { fingerprint, type StrategyDoc } from "@/builder/document";
import { withLayout } from "@/builder/drafts";
import type { Saved } from "@/builder/state";
import { Button, Dialog } from "@/design";
import { useBuilder } from "./context";
import { Difference } from "./Difference";
import { placed } from "./opening";

export interface Other {
  saved: Saved;
  version: number;
  strategy: StrategyDoc;
}

interface Props {
  other: Other;
  onClose: () => void;
  onMine: () => void;
  onTheirs: (theirs: StrategyDoc, saved: Saved) => void;
}

/** Two versions of one bot: what differs, and which of them is to stand. */
export function Conflict({ other, onClose, onMine, onTheirs }: Props) {
  const { doc } = useBuilder();
  const { saved, version, strategy } = other;
  const take = () =>
    onTheirs(placed(withLayout(localStorage, saved.botId, strategy)), {
      ...saved,
      version,
      print: fingerprint(strategy),
    });
  return (
    <Dialog
      title={`Version ${version} was saved meanwhile`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button onClick={take}>Take version {version}</Button>
          <Button look="primary" onClick={onMine}>
            Save mine as version {version + 1}
          </Button>
        </>
      }
    >
      <p>
        You began from version {saved.version} of <strong>{saved.name}</strong>. Yours differs from version {version} in
        this:
      </p>
      <Difference before={strategy} after={doc} />
      <p>Neither is lost: all versions stay. Taking version {version} can be undone here.</p>
    </Dialog>
  );
}
