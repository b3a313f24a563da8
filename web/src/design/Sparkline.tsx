import { sparkPath } from "./spark";
import "./Sparkline.css";

interface Props {
  values: readonly number[];
  /** What it shows, for who does not see it. */
  label: string;
  width?: number;
  height?: number;
  /** A thin line at this value, such as the capital. */
  base?: number;
}

export function Sparkline({ values, label, width = 96, height = 24, base }: Props) {
  const first = base ?? values[0] ?? 0;
  const last = values.at(-1) ?? first;
  const drawn = sparkPath(values, width, height, base);
  if (!drawn)
    return (
      <span className="sparkline-none" style={{ width, height }} aria-label={`${label}: too little yet`} role="img" />
    );
  const look = last > first ? "up" : last < first ? "down" : "flat";
  return (
    <svg
      className={`sparkline sparkline-${look}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {drawn.base !== null && <line x1={0} x2={width} y1={drawn.base} y2={drawn.base} />}
      <path d={drawn.path} />
    </svg>
  );
}
