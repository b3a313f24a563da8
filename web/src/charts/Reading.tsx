import type { ReactNode } from "react";

/** A value of the bar under the crosshair, with the colour of its line. */
export function Reading({
  label,
  value,
  series,
  dashed,
}: {
  label: string;
  value: ReactNode;
  series?: string;
  dashed?: boolean;
}) {
  return (
    <span className="chart-value">
      {series !== undefined && (
        <i
          className={dashed ? "chart-swatch chart-dashed" : "chart-swatch"}
          style={{ borderColor: series }}
          aria-hidden
        />
      )}
      <span className="chart-name">{label}</span> {value}
    </span>
  );
}
