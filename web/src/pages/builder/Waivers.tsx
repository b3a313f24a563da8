import { setWaivers } from "@/builder/edit";
import { Button, Field, TextArea } from "@/design";
import { useBuilder } from "./context";

const NO_STOP = "entry_without_stop";

/** Rules that are set aside, each with its reason. */
export function Waivers() {
  const { doc, checked, dispatch } = useBuilder();
  const waivers = doc.waivers ?? [];
  const missing = checked.problems.some((problem) => problem.code === NO_STOP);
  const put = (made: typeof waivers) =>
    dispatch({ do: "edit", step: "waivers", change: (before) => setWaivers(before, made) });
  return (
    <>
      {waivers.map((waiver) => (
        <div key={waiver.rule} className="inspector-section">
          <Field
            label={`Set aside: ${waiver.rule.replace(/_/g, " ")}`}
            hint="The reason, of at least 10 characters; it is shown wherever the strategy is."
          >
            {(wired) => (
              <TextArea
                {...wired}
                rows={2}
                maxLength={2000}
                value={waiver.reason}
                onChange={(event) => {
                  const reason = event.target.value;
                  put(waivers.map((one) => (one.rule === waiver.rule ? { ...one, reason } : one)));
                }}
                onBlur={() => dispatch({ do: "settle" })}
              />
            )}
          </Field>
          <div className="inspector-acts">
            <Button size="sm" onClick={() => put(waivers.filter((one) => one.rule !== waiver.rule))}>
              Hold to the rule again
            </Button>
          </div>
        </div>
      ))}
      {missing && waivers.length === 0 && (
        <div className="inspector-acts">
          <Button size="sm" onClick={() => put([{ rule: NO_STOP, reason: "" }])}>
            Allow entries without a stop…
          </Button>
        </div>
      )}
    </>
  );
}
