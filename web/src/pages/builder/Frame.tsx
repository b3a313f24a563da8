import { useState } from "react";
import type { StrategyDoc } from "@/builder/document";
import { Button, Icon } from "@/design";
import { Canvas } from "./Canvas";
import { type Sheet, useBuilder } from "./context";
import { Dialogs } from "./Dialogs";
import { Head } from "./Head";
import { Inspector } from "./Inspector";
import { Palette } from "./Palette";
import { Preview } from "./Preview";
import { ReadingPanel } from "./ReadingPanel";
import { Restored } from "./Restored";
import { useCommands } from "./useCommands";
import { useInView } from "./useInView";
import { useMedia } from "./useMedia";
import { useSave } from "./useSave";

const SHEETS: { key: Exclude<Sheet, null>; label: string }[] = [
  { key: "palette", label: "Blocks" },
  { key: "inspector", label: "Parameters" },
  { key: "reading", label: "Reading" },
  { key: "preview", label: "Chart" },
];

interface Props {
  rested: StrategyDoc;
  restored: StrategyDoc | null;
  onSaved: (botId: string) => void;
}

/** Palette, canvas, parameters, and below them the reading and the chart; on a phone the canvas, and sheets over it. */
export function Frame({ rested, restored, onSaved }: Props) {
  const { doc, catalogue, add, sheet, open } = useBuilder();
  const [dock, setDock] = useState(true);
  const addAndSee = (type: string) => {
    add(type);
    open(null);
  };
  const narrow = useMedia("(width < 900px)");
  const saving = useSave(onSaved);
  useCommands(saving);
  useInView();
  const dialogs = (
    <>
      <Dialogs rested={rested} saving={saving} />
      {saving.conflict}
    </>
  );
  if (narrow) {
    return (
      <div className="builder">
        <Head saving={saving} />
        <Restored doc={restored} />
        <div className="builder-canvas">
          <Canvas map={false} />
        </div>
        {sheet !== null && (
          <section className="builder-sheet" aria-label={SHEETS.find((one) => one.key === sheet)?.label}>
            <Button
              className="builder-sheet-close"
              size="sm"
              look="quiet"
              aria-label="Close"
              icon={<Icon name="down" />}
              onClick={() => open(null)}
            />
            {sheet === "palette" && <Palette catalogue={catalogue} add={addAndSee} />}
            {sheet === "inspector" && <Inspector />}
            {sheet === "reading" && <ReadingPanel rested={rested} />}
            {sheet === "preview" && <Preview rested={rested} height={260} />}
          </section>
        )}
        <nav className="builder-bar" aria-label="Parts of the builder">
          {SHEETS.map((one) => (
            <Button
              key={one.key}
              look="quiet"
              aria-pressed={sheet === one.key}
              onClick={() => open(sheet === one.key ? null : one.key)}
            >
              {one.label}
            </Button>
          ))}
        </nav>
        {dialogs}
      </div>
    );
  }
  return (
    <div className="builder" data-dock={dock || undefined}>
      <Head saving={saving} />
      <Restored doc={restored} />
      <aside className="builder-palette" aria-label="Blocks">
        <Palette catalogue={catalogue} add={add} />
      </aside>
      <div className="builder-canvas">
        <Canvas map={doc.nodes.length > 6} />
      </div>
      <aside className="builder-inspector" aria-label="Parameters">
        <Inspector />
      </aside>
      <section className="builder-dock" aria-label="Reading and preview">
        <Button
          className="builder-dock-fold"
          size="sm"
          look="quiet"
          aria-expanded={dock}
          aria-label={dock ? "Fold the reading and the chart" : "Show the reading and the chart"}
          icon={<Icon name={dock ? "down" : "up"} />}
          onClick={() => setDock(!dock)}
        />
        <ReadingPanel rested={rested} />
        {dock && <Preview rested={rested} height={236} />}
      </section>
      {dialogs}
    </div>
  );
}
