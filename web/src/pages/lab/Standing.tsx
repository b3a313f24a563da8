import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { ApiError } from "@/api/error";
import type { Backtest } from "@/api/types";
import { Age, Button, ErrorBox, Panel } from "@/design";
import { percent } from "@/format";
import { askedText } from "@/lab/begin";
import { unfinished } from "@/lab/queries";

/** A backtest that has no result: how far it is, or why it came to nothing. */
export function Standing({ backtest }: { backtest: Backtest }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () =>
      api.post("/api/v1/backtests/{backtest_id}/cancel", { path: { backtest_id: backtest.backtest_id } }),
    onSuccess: (now) => {
      queries.setQueryData(["backtest", backtest.backtest_id], now);
      return queries.invalidateQueries({ queryKey: ["backtests"] });
    },
  });
  if (!unfinished(backtest)) {
    const reason = backtest.error ? new ApiError(-1, backtest.error) : null;
    return backtest.state === "canceled" ? (
      <Panel title={backtest.strategy_name} aside={askedText(backtest)}>
        <p className="muted">It was cancelled and has no result. Change it and run it again.</p>
      </Panel>
    ) : (
      <ErrorBox
        title={`${backtest.strategy_name} has no result`}
        error={reason ?? new Error("It was given up after three attempts.")}
      />
    );
  }
  const waits = backtest.state === "queued";
  return (
    <Panel
      title={backtest.strategy_name}
      aside={askedText(backtest)}
      actions={
        <Button size="sm" busy={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel the backtest
        </Button>
      }
    >
      <div className="lab-standing">
        <progress value={backtest.progress} max={1} aria-label="Progress of the backtest" />
        <p className="muted" role="status">
          {waits ? "Waits for a worker" : `${percent(100 * backtest.progress, 0)} of its bars are done`}, asked for{" "}
          <Age ts={backtest.created_ts} />
        </p>
        {cancel.isError && <ErrorBox title="It was not cancelled" error={cancel.error} />}
      </div>
    </Panel>
  );
}
