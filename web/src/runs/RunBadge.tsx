import type { Health, Run } from "@/api/types";
import { Badge, Tooltip } from "@/design";
import { healthLook, runLook, told } from "./words";

export function RunBadge({ run }: { run: Run | null }) {
  if (!run) return <Badge>Not deployed</Badge>;
  const look = runLook(run);
  return <Badge tone={look.tone}>{look.label}</Badge>;
}

/** Why, on hover. */
export function HealthBadge({ health }: { health: Pick<Health, "condition" | "reasons"> | null }) {
  if (!health) return <span className="faint">–</span>;
  const look = healthLook(health.condition);
  const badge = <Badge tone={look.tone}>{look.label}</Badge>;
  if (health.reasons.length === 0) return badge;
  return (
    <Tooltip text={health.reasons.map(told).join("; ")}>
      <span tabIndex={0}>{badge}</span>
    </Tooltip>
  );
}
