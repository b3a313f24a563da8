import { Empty, ErrorBox, SkeletonRows } from "@/design";
import { useBuilder } from "./context";
import { ProblemItem } from "./ProblemItem";

/** All problems at once, each with the way to it. */
export function ProblemsPanel() {
  const { checked } = useBuilder();
  if (checked.error) return <ErrorBox error={checked.error} onRetry={checked.retry} />;
  if (checked.valid === null) return <SkeletonRows rows={3} label="Checking the strategy" />;
  if (checked.problems.length === 0) {
    return <Empty title="No problems">Every path starts at the trigger and every entry is protected.</Empty>;
  }
  return (
    <>
      {checked.problems.map((problem) => (
        <ProblemItem key={problem.code + problem.where + problem.rule} problem={problem} place />
      ))}
    </>
  );
}
