import { useState } from "react";
import { Button, Confirm, Dialog, Panel, toasts } from "@/design";

export function Surfaces() {
  const [open, setOpen] = useState<"dialog" | "confirm" | null>(null);
  const close = () => setOpen(null);
  return (
    <Panel title="Dialogs and toasts">
      <div className="design-row">
        <Button onClick={() => setOpen("dialog")}>Dialog</Button>
        <Button onClick={() => setOpen("confirm")}>Confirmation</Button>
        <Button onClick={() => toasts.say("Deployed on paper.")}>Toast</Button>
        <Button onClick={() => toasts.say("The venue said no.", "bad")}>Bad toast</Button>
        <Button
          onClick={() => toasts.say("Put away.", "plain", { label: "Undo", run: () => toasts.say("Back again.") })}
        >
          Toast with undo
        </Button>
      </div>
      {open === "dialog" && (
        <Dialog title="A dialog" onClose={close} actions={<Button onClick={close}>Close</Button>}>
          <p>Tab stays inside, Escape closes, and the focus goes back where it was.</p>
        </Dialog>
      )}
      {open === "confirm" && (
        <Confirm
          title="Flatten and stop “RSI dip”?"
          doing="Flatten and stop"
          danger
          onClose={close}
          act={() => Promise.reject(new Error("Nothing is done from this page."))}
        >
          <p>
            <strong>0.0125 BTC long</strong> on <strong>paper</strong> is closed at market, then the run ends for good.
          </p>
        </Confirm>
      )}
    </Panel>
  );
}
