import type { Backtest } from "@/api/types";
import { Badge } from "@/design";
import { percent } from "@/format";

/** Where a backtest stands; nothing of one that is done. */
export function StateBadge({ backtest }: { backtest: Backtest }) {
  switch (backtest.state) {
    case "queued":
      return <Badge>waits</Badge>;
    case "running":
      return <Badge tone="accent">{percent(100 * backtest.progress, 0)}</Badge>;
    case "canceled":
      return <Badge>cancelled</Badge>;
    case "dead":
      return <Badge tone="bad">failed</Badge>;
    default:
      return null;
  }
}
