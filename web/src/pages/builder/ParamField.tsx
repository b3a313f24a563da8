import { useState } from "react";
import type { Json } from "@/builder/document";
import { fieldOf, type ParamForm, said, same } from "@/builder/form";
import { onParam, type Placed } from "@/builder/problems";
import { paramLabel, sentence, withUnit } from "@/builder/summary";
import { Button, Field, Icon } from "@/design";
import { ParamInput } from "./ParamInput";
import "./ParamField.css";

interface Props {
  form: ParamForm;
  /** Undefined where the document leaves it out. */
  given: Json | undefined;
  problems: readonly Placed[];
  /** `undefined` leaves it out. */
  onValue: (value: Json | undefined) => void;
  onDone: () => void;
}

/** A parameter: its input, its unit, its bounds, and what is wrong with it. */
export function ParamField({ form, given, problems, onValue, onDone }: Props) {
  const [wrong, setWrong] = useState("");
  const field = fieldOf(form);
  const value = given === undefined ? form.default : given;
  const changed = given !== undefined && !same(given, form.default);
  const [problem] = problems;
  const bounds = field.kind === "number" ? said(field.bounds) : "";
  const hint = [sentence(form.help), bounds && `(${bounds})`].filter(Boolean).join(" ");
  const error = wrong || (problem ? [problem.rule, problem.suggestion].filter(Boolean).join("; ") : "");
  return (
    <div className="param-field">
      <Field
        label={paramLabel(form.label, form.unit)}
        hint={hint}
        error={error}
        aside={
          <>
            {form.unit}
            {changed && (
              <Button
                size="sm"
                look="quiet"
                className="param-field-reset"
                aria-label={`Put ${form.label} back to its default`}
                title={`Default: ${spoken(form)}`}
                icon={<Icon name="undo" size={12} />}
                onClick={() => onValue(undefined)}
              />
            )}
          </>
        }
      >
        {(wired) => (
          <ParamInput wired={wired} field={field} value={value} onValue={onValue} onWrong={setWrong} onDone={onDone} />
        )}
      </Field>
    </div>
  );
}

export function problemsOf(problems: readonly Placed[], node: string, form: ParamForm): Placed[] {
  return onParam(problems, node, form.name);
}

function spoken(form: ParamForm): string {
  if (typeof form.default === "number") return withUnit(form.default, form.unit);
  return form.default === null
    ? "no limit"
    : typeof form.default === "string"
      ? form.default
      : JSON.stringify(form.default);
}
