import type { UseQueryResult } from "@tanstack/react-query";
import { asApiError } from "@/api/error";
import { Button } from "./Button";
import { Age } from "./Figures";
import "./Stale.css";

/** What is shown could not be asked anew: how old it is, why, and to try again. Nothing while all is well. */
export function Stale({ asked }: { asked: Pick<UseQueryResult, "error" | "dataUpdatedAt" | "refetch"> }) {
  if (!asked.error) return null;
  return (
    <p className="stale" role="status">
      <span>
        As of <Age ts={asked.dataUpdatedAt} />: {asApiError(asked.error).message}
      </span>
      <Button size="sm" onClick={() => void asked.refetch()}>
        Try again
      </Button>
    </p>
  );
}
