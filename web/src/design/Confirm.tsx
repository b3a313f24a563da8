import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ErrorBox } from "./ErrorBox";

interface Props {
  title: string;
  /** Names the thing, the size and the account. */
  children: ReactNode;
  /** What the button does, in words: "Flatten and stop". */
  doing: string;
  danger?: boolean;
  act: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something happens, says what will, and stays open with the reason when it could not be done. */
export function Confirm({ title, children, doing, danger = false, act, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      onClose();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={danger ? "danger" : "primary"} busy={busy} onClick={run}>
            {doing}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && <ErrorBox error={error} />}
    </Dialog>
  );
}
