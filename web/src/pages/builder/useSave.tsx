import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/error";
import { fingerprint, type StrategyDoc, withoutLayout } from "@/builder/document";
import { keepDraft, keepLayout } from "@/builder/drafts";
import type { Saved } from "@/builder/state";
import { toasts } from "@/design";
import { useSession } from "@/app/session";
import { Conflict, type Other } from "./Conflict";
import { useBuilder } from "./context";

export interface Saving {
  /** What is saved now; null where it could not be, which was said. */
  save: () => Promise<Saved | null>;
  busy: boolean;
  conflict: ReactNode;
}

/** A new bot, or a new version of the one that is open; asks where another version was saved meanwhile. */
export function useSave(onSaved: (botId: string) => void): Saving {
  const { state, doc, dispatch, show, open } = useBuilder();
  const { user_id: user } = useSession();
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState<Other | null>(null);

  const done = async (botId: string, name: string, version: number): Promise<Saved> => {
    const saved: Saved = { botId, name, version, print: fingerprint(doc) };
    dispatch({ do: "saved", saved });
    keepDraft(localStorage, user, state.saved === null ? null : botId, null);
    keepLayout(localStorage, botId, doc);
    onSaved(botId);
    toasts.say(`Saved “${name}” as version ${version}.`);
    return saved;
  };
  const write = async (): Promise<Saved> => {
    const { saved } = state;
    const strategy = withoutLayout(doc) as unknown as Record<string, never>;
    if (saved === null) {
      const made = await api.post("/api/v1/bots", { body: { name: doc.name, strategy } });
      return done(made.bot_id, made.name, made.version);
    }
    const name = doc.name === saved.name ? undefined : doc.name;
    const body = name === undefined ? { strategy } : { name, strategy };
    const made = await api.patch("/api/v1/bots/{bot_id}", { path: { bot_id: saved.botId }, body });
    return done(saved.botId, made.name, made.version);
  };
  const attempt = async (act: () => Promise<Saved | null>): Promise<Saved | null> => {
    setBusy(true);
    try {
      return await act();
    } catch (failed) {
      const error = asApiError(failed);
      if (error.problems.length > 0) {
        open(null);
        show("problems");
        toasts.say("It cannot be saved with errors in it: mend them first.", "bad");
      } else {
        toasts.say([error.message, error.suggestion].filter(Boolean).join(". "), "bad");
      }
      return null;
    } finally {
      setBusy(false);
    }
  };
  const save = () =>
    attempt(async () => {
      const meanwhile = state.saved === null ? null : await newer(state.saved);
      if (meanwhile === null) return write();
      setOther(meanwhile);
      return null;
    });
  const conflict = other && (
    <Conflict
      other={other}
      onClose={() => setOther(null)}
      onMine={() => {
        setOther(null);
        void attempt(write);
      }}
      onTheirs={(theirs: StrategyDoc, saved: Saved) => {
        setOther(null);
        dispatch({ do: "edit", change: () => theirs });
        dispatch({ do: "saved", saved });
      }}
    />
  );
  return { save, busy, conflict };
}

/** The version that somebody saved after the one that is open. */
async function newer(saved: Saved): Promise<Other | null> {
  const path = { bot_id: saved.botId };
  const found = await api.get("/api/v1/bots/{bot_id}/versions", { path });
  const newest = found.items[0];
  if (!newest || newest.version <= saved.version) return null;
  return { saved, version: newest.version, strategy: newest.strategy as unknown as StrategyDoc };
}
