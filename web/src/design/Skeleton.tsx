import "./Skeleton.css";

/** Holds the place of what is loading, in its size. */
export function Skeleton({ height = 16, width = "100%" }: { height?: number | string; width?: number | string }) {
  return <span className="skeleton" style={{ height, width }} aria-hidden />;
}

export function SkeletonRows({ rows = 5, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton-rows" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={14} width={`${92 - ((row * 17) % 38)}%`} />
      ))}
    </div>
  );
}
