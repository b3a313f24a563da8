import type { ReactNode } from "react";
import "./Badge.css";

export type Tone = "good" | "bad" | "warn" | "unknown" | "accent" | "plain";

/** Colour and shape say the same, so that neither is needed alone. */
const SHAPES: Record<Tone, string> = { good: "●", bad: "◆", warn: "▲", unknown: "?", accent: "■", plain: "○" };

export function Badge({
  tone = "plain",
  shape = true,
  children,
}: {
  tone?: Tone;
  shape?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={`badge badge-${tone}`}>
      {shape && (
        <span className="badge-shape" aria-hidden>
          {SHAPES[tone]}
        </span>
      )}
      {children}
    </span>
  );
}
