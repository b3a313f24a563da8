import { useQuery } from "@tanstack/react-query";
import type { StrategyDoc } from "@/builder/document";
import { ErrorBox, SkeletonRows } from "@/design";
import { ChangeList } from "@/runs/ChangeList";
import { diffQuery } from "./queries";

/** What changed in meaning, not in layout. */
export function Difference({ before, after }: { before: StrategyDoc; after: StrategyDoc }) {
  const { data, error, refetch } = useQuery(diffQuery(before, after));
  if (error) return <ErrorBox title="The two cannot be compared" error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={3} label="Comparing" />;
  return <ChangeList difference={data} />;
}
