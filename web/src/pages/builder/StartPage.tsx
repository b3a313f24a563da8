import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { botsQuery } from "@/api/queries";
import { Page } from "@/app/Page";
import { useSession } from "@/app/session";
import { emptyDocument, readDocument, type StrategyDoc } from "@/builder/document";
import { draftOf } from "@/builder/drafts";
import { Age, Button, Icon, Panel, toasts } from "@/design";
import { seriesQuery } from "./queries";
import { Templates } from "./Templates";
import "./StartPage.css";

/** Where a strategy begins: a template, an empty graph, a file, or a bot that is there. */
export function StartPage({ onBegin }: { onBegin: (doc: StrategyDoc) => void }) {
  const { user_id: user } = useSession();
  const bots = [...(useQuery(botsQuery).data?.items ?? [])].sort((a, b) => b.changed_ts - a.changed_ts);
  const { data: series = [], isPending: looking } = useQuery(seriesQuery);
  const [draft] = useState(() => draftOf(localStorage, user, null));
  const [first] = series.filter((one) => one.interval !== "funding");
  const scope = { venue: first?.venue ?? "hyperliquid", symbols: [first?.symbol ?? "BTC"], interval: "1h" };
  const bring = async (file: File | undefined) => {
    if (!file) return;
    try {
      onBegin(readDocument(await file.text()));
    } catch (error) {
      toasts.say(`${file.name}: ${error instanceof Error ? error.message : String(error)}`, "bad");
    }
  };
  return (
    <Page
      title="Builder"
      facts="A strategy is blocks on paths: when this holds, and that, do so. Begin with one that works, and change it."
      actions={
        <>
          <label className="button button-plain button-md builder-start-file">
            <Icon name="upload" />
            Open a file
            <input
              type="file"
              accept=".json,application/json"
              className="sr-only"
              onChange={(event) => void bring(event.target.files?.[0])}
            />
          </label>
          <Button
            look="primary"
            icon={<Icon name="plus" />}
            disabled={looking}
            onClick={() => onBegin(emptyDocument("New strategy", scope))}
          >
            Empty graph
          </Button>
        </>
      }
    >
      {draft && (
        <div className="builder-start-draft" role="status">
          <span>
            <strong>{draft.doc.name}</strong> was not saved.
          </span>
          <Button size="sm" onClick={() => onBegin(draft.doc)}>
            Go on with it
          </Button>
        </div>
      )}
      {bots.length > 0 && (
        <Panel title="Your bots" flush>
          <ul className="builder-start-bots">
            {bots.map((bot) => (
              <li key={bot.bot_id}>
                <Link to="/builder" search={{ bot: bot.bot_id }}>
                  <span className="builder-start-name">{bot.name}</span>
                  <span className="faint">
                    version {bot.version}, changed <Age ts={bot.changed_ts} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <section className="builder-start-templates" aria-label="Templates">
        <h2>Templates</h2>
        <Templates onPick={onBegin} />
      </section>
    </Page>
  );
}
