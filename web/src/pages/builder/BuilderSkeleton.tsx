import { Skeleton, SkeletonRows } from "@/design";

/** The builder's places while it loads. */
export function BuilderSkeleton() {
  return (
    <div className="builder" role="status" aria-label="Opening the strategy">
      <div className="builder-head">
        <Skeleton width={180} height={20} />
      </div>
      <div className="builder-palette builder-skeleton">
        <SkeletonRows rows={12} label="Blocks" />
      </div>
      <div className="builder-canvas" />
      <div className="builder-inspector builder-skeleton">
        <SkeletonRows rows={6} label="Parameters" />
      </div>
      <div className="builder-dock builder-skeleton">
        <SkeletonRows rows={4} label="Reading" />
      </div>
    </div>
  );
}
