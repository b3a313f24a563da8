import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorBox, SkeletonRows, Stale } from "@/design";

/** A question's answer, with its age where it could not be asked anew; or its place while it is asked, or why it failed. */
export function Loaded<T>({ asked, children }: { asked: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (asked.data !== undefined) {
    return (
      <>
        <Stale asked={asked} />
        {children(asked.data)}
      </>
    );
  }
  if (asked.error) return <ErrorBox error={asked.error} onRetry={() => void asked.refetch()} />;
  return <SkeletonRows rows={6} />;
}
