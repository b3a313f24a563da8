import {
  Age,
  Badge,
  Bps,
  Money,
  Panel,
  Percent,
  Price,
  Qty,
  Ratio,
  SideMark,
  Sparkline,
  Stat,
  Stats,
  Time,
  Unknown,
} from "@/design";

const WALK = [100, 101, 100.4, 102.2, 103, 102.1, 104.8, 104.2, 106.1];
const MOMENT = 1_725_408_000_000;

export function Numbers() {
  return (
    <>
      <Stats>
        <Stat label="Profit" note="after fees and funding">
          <Money usd="1204.551" change />
        </Stat>
        <Stat label="Drawdown" note="from the peak">
          <Percent value={-4.218} change />
        </Stat>
        <Stat label="Sharpe" note="daily, 365, n = 212">
          <Ratio value={1.42} />
        </Stat>
        <Stat label="Parity" note="bps of capital a day">
          <Bps value={0.3} />
        </Stat>
        <Stat label="Win rate" note="no trade closed yet">
          <Unknown why="no trade closed yet" />
        </Stat>
      </Stats>
      <Panel title="Figures and marks">
        <div className="design-row">
          <Money usd="-0.004" change />
          <Money usd="1234567.1" />
          <Money usd="-87.25" change />
          <Percent value={12.5} change />
          <Bps value={-3.1} change />
          <Qty value="0.0125" unit="BTC" />
          <Price value="58231.5" />
          <Time ts={MOMENT} />
          <Age ts={MOMENT} />
          <SideMark side="long" />
          <SideMark side="short" />
          <Unknown />
        </div>
        <div className="design-row">
          <Badge tone="good">Running</Badge>
          <Badge tone="warn">Paused</Badge>
          <Badge tone="bad">Failed</Badge>
          <Badge tone="unknown">Unknown</Badge>
          <Badge tone="accent">Paper</Badge>
          <Badge>Stopped</Badge>
          <Sparkline values={WALK} label="Equity, rising" base={100} />
          <Sparkline values={[...WALK].reverse()} label="Equity, falling" base={106} />
          <Sparkline values={[]} label="Equity" />
        </div>
      </Panel>
    </>
  );
}
