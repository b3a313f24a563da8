import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useSession } from "@/app/session";
import type { Block } from "@/builder/blocks";
import { byName } from "@/builder/blocks";
import { keepDraft, keepLayout } from "@/builder/drafts";
import type { Mend } from "@/builder/mends";
import { type Action, choosesNode, docOf, reduce, unsaved } from "@/builder/state";
import { type Asked, type Builder, BuilderContext, type Markets, type Sheet, type Side } from "./context";
import { Frame } from "./Frame";
import { MendingContext } from "./mending";
import type { Opened } from "./opening";
import { useChecked, useRested } from "./useChecked";

/** After the last edit; less than it takes to close a page. */
const KEEP_MS = 250;

interface Props {
  opened: Opened;
  catalogue: readonly Block[];
  policy: Block;
  markets: Markets;
  onSaved: (botId: string) => void;
}

/** The builder with a document open in it. */
export function Editor({ opened, catalogue, policy, markets, onSaved }: Props) {
  const { user_id: user } = useSession();
  const [first] = useState(opened);
  const [state, act] = useReducer(reduce, first.state);
  const [side, setSide] = useState<Side>("block");
  const [sheet, open] = useState<Sheet>(null);
  const [asked, ask] = useState<Asked>(null);
  const cache = useQueryClient();
  // Whoever chooses a node wants to see its parameters.
  const dispatch = useCallback((action: Action) => {
    act(action);
    if (choosesNode(action)) setSide("block");
  }, []);
  const blocks = useMemo(() => byName(catalogue), [catalogue]);
  const doc = docOf(state);
  const rested = useRested(doc);
  const checked = useChecked(doc, rested);
  const only = state.nodes.size === 1 ? ([...state.nodes][0] ?? null) : null;

  const bot = state.saved?.botId ?? null;
  const version = state.saved?.version ?? 0;
  const dirty = useMemo(() => unsaved(state), [state]);
  useEffect(() => {
    const timer = setTimeout(() => {
      keepDraft(localStorage, user, bot, dirty ? { doc, version } : null);
      if (bot !== null) keepLayout(localStorage, bot, doc);
    }, KEEP_MS);
    return () => clearTimeout(timer);
  }, [user, bot, version, dirty, doc]);

  const mending = useCallback((mend: Mend) => act({ do: "edit", change: mend.apply }), []);
  const add = useCallback(
    (type: string) => dispatch({ do: "add", type, roleOf: (name) => blocks.get(name)?.role }),
    [blocks, dispatch],
  );
  const show = useCallback((picked: Side) => {
    setSide(picked);
    open((now) => (now === null ? now : "inspector"));
  }, []);
  const saved = useCallback(
    (botId: string) => {
      void cache.invalidateQueries({ queryKey: ["bot", botId] });
      void cache.invalidateQueries({ queryKey: ["bots"] });
      onSaved(botId);
    },
    [cache, onSaved],
  );

  const value = useMemo<Builder>(
    () => ({
      state,
      doc,
      dispatch,
      catalogue,
      blocks,
      policy,
      markets,
      checked,
      only,
      add,
      side,
      show,
      sheet,
      open,
      asked,
      ask,
    }),
    [state, doc, dispatch, catalogue, blocks, policy, markets, checked, only, add, side, show, sheet, asked],
  );
  return (
    <BuilderContext value={value}>
      <MendingContext value={mending}>
        <ReactFlowProvider>
          <Frame rested={rested} restored={first.restored} onSaved={saved} />
        </ReactFlowProvider>
      </MendingContext>
    </BuilderContext>
  );
}
