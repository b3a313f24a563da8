import { setRisk, setText } from "@/builder/edit";
import { Field, TextArea } from "@/design";
import { useBuilder } from "./context";
import { ParamField } from "./ParamField";
import { ProblemItem } from "./ProblemItem";
import { ScopeFields } from "./ScopeFields";
import { Waivers } from "./Waivers";

/** The strategy as a whole: what it is for, where it acts, what it may risk. */
export function StrategyPanel() {
  const { doc, policy, checked, dispatch } = useBuilder();
  const risk = doc.risk ?? {};
  const wide = checked.problems.filter(
    (problem) => problem.part === "document" || problem.part === "scope" || problem.part === "waivers",
  );
  return (
    <>
      {wide.map((problem) => (
        <ProblemItem key={problem.code + problem.where + problem.rule} problem={problem} />
      ))}
      <section className="inspector-section">
        <h2>Where it acts</h2>
        <ScopeFields />
      </section>
      <section className="inspector-section">
        <h2>What it may risk</h2>
        {policy.params.map((param) => (
          <ParamField
            key={param.name}
            form={param}
            given={risk[param.name]}
            problems={checked.problems.filter((problem) => problem.part === "risk" && problem.param === param.name)}
            onValue={(value) =>
              dispatch({ do: "edit", step: `risk.${param.name}`, change: (made) => setRisk(made, param.name, value) })
            }
            onDone={() => dispatch({ do: "settle" })}
          />
        ))}
        <Waivers />
      </section>
      <section className="inspector-section">
        <h2>Words</h2>
        <Field label="Description" hint="Shown in reports and beside the bot.">
          {(wired) => (
            <TextArea
              {...wired}
              rows={4}
              maxLength={2000}
              value={doc.description ?? ""}
              onChange={(event) => {
                const text = event.target.value;
                dispatch({ do: "edit", step: "description", change: (made) => setText(made, "description", text) });
              }}
              onBlur={() => dispatch({ do: "settle" })}
            />
          )}
        </Field>
      </section>
    </>
  );
}
