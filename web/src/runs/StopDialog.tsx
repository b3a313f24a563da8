import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Run } from "@/api/types";
import { Confirm, toasts } from "@/design";
import { plural } from "@/format";
import { positionsQuery } from "./queries";
import "./StopDialog.css";

type Mode = "keep" | "flatten" | "handover";

const MODES: readonly { mode: Mode; doing: string; words: string }[] = [
  { mode: "flatten", doing: "Flatten and stop", words: "Every position is closed at market first." },
  {
    mode: "keep",
    doing: "Stop and keep protecting",
    words: "Positions stay, and their stops are tended until they are closed.",
  },
  { mode: "handover", doing: "Stop and hand over", words: "Positions stay. From then on you protect them yourself." },
];

/** The end of a run for good, with what becomes of its positions. */
export function StopDialog({
  run,
  name,
  account,
  onClose,
}: {
  run: Run;
  name: string;
  account: string;
  onClose: () => void;
}) {
  const [mode, setMode] = useState<Mode>("flatten");
  const cache = useQueryClient();
  const { data: positions } = useQuery(positionsQuery(run.run_id));
  const held = positions?.items ?? [];
  const doing = MODES.find((each) => each.mode === mode)?.doing ?? "Stop";
  const act = async () => {
    await api.post("/api/v1/runs/{run_id}/stop", { path: { run_id: run.run_id }, body: { mode } });
    await cache.invalidateQueries();
    toasts.say(`${name} is being stopped.`);
  };
  return (
    <Confirm title={`Stop “${name}”?`} doing={doing} danger={mode !== "keep"} act={act} onClose={onClose}>
      <p>
        The run on <strong>{account}</strong> ends for good; its record stays.{" "}
        {held.length === 0 ? (
          "It holds nothing now."
        ) : (
          <>
            It holds {plural(held.length, "position")}:{" "}
            <strong>{held.map((each) => `${each.qty} ${each.symbol} ${each.side}`).join(", ")}</strong>.
          </>
        )}
      </p>
      <fieldset className="stop-modes">
        <legend>What becomes of positions</legend>
        {MODES.map((each) => (
          <label key={each.mode}>
            <input type="radio" name="mode" checked={mode === each.mode} onChange={() => setMode(each.mode)} />
            <span>
              <strong>{each.doing}</strong>
              <br />
              {each.words}
            </span>
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}
