import { Dialog, Keys } from "@/design";
import { PLACES } from "./places";
import "./ShortcutHelp.css";

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const rows = [
    ["Search, or do something", "Ctrl K"],
    ["This list", "?"],
    ["Close what is open", "Esc"],
    ...PLACES.map((place) => [place.label, `g ${place.key}`]),
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcut-help">
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <Keys keys={keys ?? ""} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
