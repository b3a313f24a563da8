/** What is opened: a bot's newest strategy, a template, or the work that was not saved. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { botQuery, templatesQuery, versionsQuery } from "@/api/queries";
import { useSession } from "@/app/session";
import { isObject, type StrategyDoc, fingerprint, readDocument } from "@/builder/document";
import { draftOf, withLayout } from "@/builder/drafts";
import { moveNodes } from "@/builder/edit";
import { missing } from "@/builder/layout";
import { type BuilderState, opened, type Saved } from "@/builder/state";

export interface Opened {
  state: BuilderState;
  /** It is work of before that was not saved; this is what the server has instead, if anything. */
  restored: StrategyDoc | null;
}

/** Every node has a place. */
export function placed(doc: StrategyDoc): StrategyDoc {
  const to = missing(doc);
  return to ? moveNodes(doc, to) : doc;
}

export function begun(doc: StrategyDoc): Opened {
  return { state: opened(placed(doc), null), restored: null };
}

export interface Opening {
  opened: Opened | null;
  /** A strategy that the builder cannot edit, such as one in Python. */
  foreign: Record<string, unknown> | null;
  error: unknown;
  retry: () => void;
}

/** The newest strategy of a bot. */
export function useBotOpening(botId: string): Opening {
  const { user_id: user } = useSession();
  const bot = useQuery(botQuery(botId));
  const versions = useQuery(versionsQuery(botId));
  const newest = versions.data?.items[0];
  const name = bot.data?.name;
  const made = useMemo(() => {
    if (!newest || name === undefined) return { opened: null, foreign: null };
    if (!isObject(newest.strategy) || newest.strategy.kind !== "graph") {
      return { opened: null, foreign: newest.strategy as Record<string, unknown> };
    }
    const strategy = readDocument(JSON.stringify(newest.strategy));
    const saved: Saved = { botId, name, version: newest.version, print: fingerprint(strategy) };
    return { opened: openedBot(user, strategy, saved), foreign: null };
  }, [newest, name, botId, user]);
  const retry = () => void Promise.all([bot.refetch(), versions.refetch()]);
  return { ...made, error: bot.error ?? versions.error, retry };
}

function openedBot(user: string, strategy: StrategyDoc, saved: Saved): Opened {
  const whole = placed(withLayout(localStorage, saved.botId, strategy));
  const draft = draftOf(localStorage, user, saved.botId);
  if (draft === null || fingerprint(draft.doc) === saved.print) return { state: opened(whole, saved), restored: null };
  // What was begun from an older version stays so: saving it then asks first.
  const from = { ...saved, version: Math.min(draft.version, saved.version) };
  return { state: opened(placed(draft.doc), from), restored: whole };
}

export function useTemplateOpening(name: string): Opening {
  const { data, error, refetch } = useQuery(templatesQuery);
  const found = data?.items.find((template) => template.name === name);
  const made = useMemo(() => (found ? begun(readDocument(JSON.stringify(found.strategy))) : null), [found]);
  const lost = data && !found ? new Error(`There is no template “${name}”.`) : null;
  return { opened: made, foreign: null, error: error ?? lost, retry: () => void refetch() };
}
