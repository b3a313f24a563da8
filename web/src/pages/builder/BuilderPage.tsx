import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useSession } from "@/app/session";
import type { StrategyDoc } from "@/builder/document";
import { keepDraft } from "@/builder/drafts";
import { ErrorBox } from "@/design";
import { BuilderSkeleton } from "./BuilderSkeleton";
import type { Markets } from "./context";
import { Foreign } from "./Foreign";
import { begun, type Opening, useBotOpening, useTemplateOpening } from "./opening";
import { blocksQuery, feedsQuery, policyQuery, seriesQuery } from "./queries";
import { StartPage } from "./StartPage";
import "./Builder.css";

/** In a file of its own, with the canvas: the page is there before it. */
const Editor = lazy(() => import("./Editor").then((found) => ({ default: found.Editor })));

type Session =
  { kind: "bot"; botId: string } | { kind: "template"; name: string } | { kind: "document"; doc: StrategyDoc };

/** What was begun here: it goes on under the address of its bot once it is saved, with its history. */
interface Own {
  key: string;
  session: Session;
  botId: string | null;
  /** It was saved, and the address is about to say so. */
  moving: boolean;
}

/** A strategy is opened by the address (`bot`, `template`), or begun here. */
export default function BuilderPage() {
  const search = useSearch({ from: "/builder" });
  const navigate = useNavigate();
  const { user_id: user } = useSession();
  const [own, setOwn] = useState<Own | null>(null);
  useEffect(() => {
    document.title = "Builder · Paddock";
  }, []);

  const wanted: { key: string; session: Session } | null = useMemo(() => {
    if (search.bot !== undefined) return { key: `bot ${search.bot}`, session: { kind: "bot", botId: search.bot } };
    if (search.template === undefined) return null;
    return { key: `template ${search.template}`, session: { kind: "template", name: search.template } };
  }, [search.bot, search.template]);
  const here = search.bot === undefined ? own?.botId === null || own?.moving === true : own?.botId === search.bot;
  const current = own && here && search.template === undefined ? own : wanted;

  const begin = useCallback(
    (doc: StrategyDoc) => {
      keepDraft(localStorage, user, null, null);
      setOwn({ key: `document ${Date.now()}`, session: { kind: "document", doc }, botId: null, moving: false });
      void navigate({ to: "/builder", search: {} });
    },
    [navigate, user],
  );
  const onSaved = useCallback(
    (botId: string) => {
      if (search.bot === botId || !current) return;
      setOwn({ ...current, botId, moving: true });
      void navigate({ to: "/builder", search: { bot: botId }, replace: true }).then(() =>
        setOwn((now) => now && { ...now, moving: false }),
      );
    },
    [current, navigate, search.bot],
  );

  if (!current) return <StartPage onBegin={begin} />;
  const { key, session } = current;
  if (session.kind === "bot") return <OfBot key={key} botId={session.botId} onSaved={onSaved} />;
  if (session.kind === "template") return <OfTemplate key={key} name={session.name} onSaved={onSaved} />;
  return <OfDocument key={key} doc={session.doc} onSaved={onSaved} />;
}

function OfBot({ botId, onSaved }: { botId: string; onSaved: (botId: string) => void }) {
  return <Loaded opening={useBotOpening(botId)} onSaved={onSaved} />;
}

function OfTemplate({ name, onSaved }: { name: string; onSaved: (botId: string) => void }) {
  return <Loaded opening={useTemplateOpening(name)} onSaved={onSaved} />;
}

function OfDocument({ doc, onSaved }: { doc: StrategyDoc; onSaved: (botId: string) => void }) {
  const [opened] = useState(() => begun(doc));
  return <Loaded opening={{ opened, foreign: null, error: null, retry: () => undefined }} onSaved={onSaved} />;
}

/** The first document that arrives is the one that is edited; later answers do not take its place. */
function Loaded({ opening, onSaved }: { opening: Opening; onSaved: (botId: string) => void }) {
  const blocks = useQuery(blocksQuery);
  const policy = useQuery(policyQuery);
  const markets = useMarkets();
  const error = opening.error ?? blocks.error ?? policy.error;
  if (opening.foreign) return <Foreign strategy={opening.foreign} />;
  if (opening.opened && blocks.data && policy.data) {
    return (
      <Suspense fallback={<BuilderSkeleton />}>
        <Editor
          opened={opening.opened}
          catalogue={blocks.data}
          policy={policy.data}
          markets={markets}
          onSaved={onSaved}
        />
      </Suspense>
    );
  }
  if (error) {
    const retry = () => {
      opening.retry();
      void blocks.refetch();
      void policy.refetch();
    };
    return (
      <div className="builder-alone">
        <ErrorBox title="The strategy could not be opened" error={error} onRetry={retry} />
      </div>
    );
  }
  return <BuilderSkeleton />;
}

/** Where a strategy can act, as far as the lake and the feeds know. */
function useMarkets(): Markets {
  const series = useQuery(seriesQuery).data;
  const feeds = useQuery(feedsQuery).data;
  const blocks = useQuery(blocksQuery).data;
  return useMemo(() => {
    const venues = [...(series ?? []).map((one) => one.venue), ...(feeds ?? []).map((one) => one.venue)];
    const symbols = [...(series ?? []).map((one) => one.symbol), ...(feeds ?? []).flatMap((one) => one.symbols)];
    const words = blocks?.flatMap((block) => block.params).find((param) => param.name === "interval")?.choices;
    const known = words ?? [...new Set((feeds ?? []).map((one) => one.interval))];
    return { venues: sorted(venues), symbols: sorted(symbols), intervals: known.filter((word) => word !== "scope") };
  }, [series, feeds, blocks]);
}

function sorted(words: string[]): string[] {
  return [...new Set(words)].sort();
}
