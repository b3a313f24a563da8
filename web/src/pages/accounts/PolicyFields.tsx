import { Field, Input } from "@/design";
import type { PolicyWish, Wrong } from "./connectionWish";

interface Props {
  policy: PolicyWish;
  wrong: Wrong;
  onChange: (policy: PolicyWish) => void;
}

/** What the agent's key may sign. Exits pass the caps, always. */
export function PolicyFields({ policy, wrong, onChange }: Props) {
  const text = (name: keyof PolicyWish, label: string, aside?: string, hint?: string) => (
    <Field label={label} aside={aside} hint={hint} error={wrong[name]}>
      {(wired) => (
        <Input
          {...wired}
          value={policy[name]}
          onChange={(event) => onChange({ ...policy, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      {text("symbols", "Symbols it may trade", undefined, "The venue's names, or * for every perp")}
      <div className="accounts-row">
        {text("order", "Largest order", "USD")}
        {text("day", "Orders of a day", "USD")}
        {text("leverage", "Most leverage", "×")}
      </div>
    </>
  );
}
