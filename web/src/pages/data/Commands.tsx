import { Button, Icon, Panel, toasts } from "@/design";

const COMMANDS = [
  ["Download what a venue still has", "paddock data download hyperliquid BTC ETH --interval 1h --since 2026-06-01"],
  ["Import files of your own", "paddock data import candles.parquet funding.parquet --venue hyperliquid"],
  ["See what is wrong with it", "paddock data verify --venue hyperliquid"],
  ["Take some out", "paddock data export btc.csv --venue hyperliquid --symbols BTC --interval 1h"],
] as const;

/** History is brought in on the machine that has it. */
export function Commands() {
  const copy = async (command: string) => {
    try {
      await navigator.clipboard.writeText(command);
      toasts.say("Copied");
    } catch {
      toasts.say("The browser lets nothing be copied here; mark the line instead", "bad");
    }
  };
  return (
    <Panel title="Bring history in" aside="on the machine that runs Paddock">
      <dl className="data-commands">
        {COMMANDS.map(([what, command]) => (
          <div key={command}>
            <dt>{what}</dt>
            <dd>
              <code>{command}</code>
              <Button
                size="sm"
                look="quiet"
                icon={<Icon name="copy" />}
                aria-label={`Copy: ${what}`}
                onClick={() => void copy(command)}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
