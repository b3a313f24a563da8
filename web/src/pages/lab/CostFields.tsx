import { Badge, Check, Field, Input } from "@/design";
import { type CostField, type CostWish, costsOff, type Problems } from "@/lab/wish";

interface Props {
  costs: CostWish;
  problems: Problems;
  onChange: (costs: CostWish) => void;
}

/** What trading costs. On unless somebody switches it off, and then said. */
export function CostFields({ costs, problems, onChange }: Props) {
  const off = costsOff(costs);
  const text = (name: CostField, label: string, aside: string, placeholder = "") => (
    <Field label={label} aside={aside} error={problems[name]}>
      {(wired) => (
        <Input
          {...wired}
          inputMode="decimal"
          placeholder={placeholder}
          value={costs[name]}
          onChange={(event) => onChange({ ...costs, [name]: event.target.value.trim() })}
        />
      )}
    </Field>
  );
  return (
    <details className="lab-costs">
      <summary>
        Costs {off.length === 0 ? <Badge tone="good">on</Badge> : <Badge tone="warn">off: {off.join(", ")}</Badge>}
      </summary>
      <div className="lab-grid">
        {text("taker", "Taker fee", "bps", "the instrument's")}
        {text("maker", "Maker fee", "bps", "the instrument's")}
        {text("slippage", "Slippage", "bps")}
        {text("impact", "Square-root impact", "Y")}
        {text("latency", "Latency of orders", "ms")}
        {text("participation", "Most of a bar's volume", "%", "no cap")}
      </div>
      <div className="lab-checks">
        <Check
          label="Funding is paid and received"
          checked={costs.funding}
          onPick={(funding) => onChange({ ...costs, funding })}
        />
        <Check
          label="A resting limit order fills when price touches it"
          checked={costs.touch}
          onPick={(touch) => onChange({ ...costs, touch })}
        />
      </div>
    </details>
  );
}
