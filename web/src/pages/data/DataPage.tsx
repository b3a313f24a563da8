import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Page } from "@/app/Page";
import { Empty, ErrorBox, Panel, SkeletonRows, Stat, Stats } from "@/design";
import { bytes, count, date, plural } from "@/format";
import { endOf, type Shelf, shelves } from "@/lab/lake";
import { INTERVALS, type Series } from "@/lab/markets";
import { seriesQuery } from "@/lab/queries";
import { Commands } from "./Commands";
import { Feeds } from "./Feeds";
import { Prices } from "./Prices";
import { Shelves } from "./Shelves";
import { Symbols } from "./Symbols";
import "./Data.css";

/** What history there is, how whole it is, and which markets move. */
export default function DataPage() {
  const series = useQuery(seriesQuery);
  return (
    <Page title="Data" facts="History that backtests run on, and the markets that bots follow">
      {series.isPending && (
        <Panel title="In the lake">
          <SkeletonRows rows={6} />
        </Panel>
      )}
      {series.isError && (
        <ErrorBox title="The lake cannot be read" error={series.error} onRetry={() => void series.refetch()} />
      )}
      {series.data && <Lake series={series.data.items} />}
      <Feeds />
      <Commands />
    </Page>
  );
}

function Lake({ series }: { series: readonly Series[] }) {
  const all = shelves(series);
  const [picked, setPicked] = useState<Shelf | undefined>(undefined);
  const first = all.find((shelf) => shelf.interval === "1h") ?? all[0];
  const shown = all.find((shelf) => shelf.venue === picked?.venue && shelf.interval === picked.interval) ?? first;
  if (shown === undefined) {
    return (
      <Panel title="In the lake">
        <Empty title="The lake is empty">
          Download what a venue still has, import files of your own, or make the generated market: see below.
        </Empty>
      </Panel>
    );
  }
  const venues = new Set(all.map((shelf) => shelf.venue)).size;
  const symbols = new Set(series.map((each) => `${each.venue} ${each.symbol}`)).size;
  const total = (of: (each: Series) => number) => series.reduce((sum, each) => sum + of(each), 0);
  return (
    <>
      <Stats>
        <Stat label="Venues">{venues}</Stat>
        <Stat label="Markets" note={plural(series.length, "series", "series")}>
          {symbols}
        </Stat>
        <Stat label="Rows">{count(total((each) => each.rows))}</Stat>
        <Stat label="On disk">{bytes(total((each) => each.size_bytes))}</Stat>
        <Stat label="Reaches" note={`from ${date(Math.min(...series.map((each) => each.first_ts)))}`}>
          {date(Math.max(...series.map(endOf)))}
        </Stat>
      </Stats>
      <div className="data-pair">
        <Shelves shelves={all} picked={shown} onPick={setPicked} />
        <Symbols key={`${shown.venue} ${shown.interval}`} shelf={shown} series={series} />
      </div>
      {shown.interval in INTERVALS && (
        <Prices key={`prices ${shown.venue} ${shown.interval}`} shelf={shown} series={series} />
      )}
    </>
  );
}
