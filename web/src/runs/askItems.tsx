import type { Run } from "@/api/types";
import { Icon, type IconName, type MenuItem } from "@/design";
import { type Ask, asksOf } from "./words";

const ASKS: Record<Ask, { label: string; icon: IconName; danger?: boolean }> = {
  deploy: { label: "Deploy…", icon: "play" },
  pause: { label: "Pause entries…", icon: "pause" },
  resume: { label: "Resume entries…", icon: "play" },
  stop: { label: "Stop…", icon: "stop" },
  kill: { label: "Kill…", icon: "power", danger: true },
};

/** What may be asked of a run now, for a menu. */
export function askItems(run: Run | null, onAsk: (ask: Ask) => void): MenuItem[] {
  return asksOf(run).map((ask) => ({
    key: ask,
    label: ASKS[ask].label,
    icon: <Icon name={ASKS[ask].icon} />,
    danger: ASKS[ask].danger,
    run: () => onAsk(ask),
  }));
}
