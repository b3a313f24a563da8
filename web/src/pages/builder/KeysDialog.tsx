import { SHORTCUTS } from "@/builder/keys";
import { Dialog, Keys } from "@/design";
import "./KeysDialog.css";

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys of the builder" onClose={onClose}>
      <dl className="keys-dialog">
        {SHORTCUTS.map(({ keys, what }) => (
          <div key={what}>
            <dt>
              <Keys keys={keys.join(" ")} />
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
