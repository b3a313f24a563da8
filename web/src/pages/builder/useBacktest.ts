import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { unsaved } from "@/builder/state";
import { useBuilder } from "./context";
import type { Saving } from "./useSave";

/** To the lab with this strategy: what is not saved is saved first, so that the result belongs to a version. */
export function useBacktest({ save }: Saving): { run: () => void; busy: boolean } {
  const { state } = useBuilder();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const saved = unsaved(state) ? await save() : state.saved;
    setBusy(false);
    if (saved) void navigate({ to: "/lab", search: { bot: saved.botId } });
  };
  return { run: () => void run(), busy };
}
