/** Of stop and trailing stop the one that price reaches first; a stop where there is neither. */
export function nearest(side: string, stop: string | null, trail: string | null): [string | null, "stop" | "trail"] {
  if (trail === null) return [stop, "stop"];
  if (stop === null) return [trail, "trail"];
  const trails = side === "long" ? Number(trail) > Number(stop) : Number(trail) < Number(stop);
  return trails ? [trail, "trail"] : [stop, "stop"];
}
