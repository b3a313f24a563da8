import { Skeleton, SkeletonRows } from "@/design";
import "./Page.css";

export function PageSkeleton() {
  return (
    <div className="page" aria-busy>
      <Skeleton height={28} width={220} />
      <Skeleton height={84} />
      <SkeletonRows rows={8} label="Loading the page" />
    </div>
  );
}
