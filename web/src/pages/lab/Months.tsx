import { Panel } from "@/design";
import { percent } from "@/format";
import type { ResultDocument } from "@/lab/document";
import { monthlyReturns, shade } from "@/lab/months";

const NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns of calendar months. */
export function Months({ doc }: { doc: ResultDocument }) {
  return (
    <Panel title="Monthly returns" aside="% of equity at the start of the month, UTC" flush>
      <div className="lab-scroll" tabIndex={0} role="region" aria-label="Monthly returns">
        <table className="lab-months">
          <thead>
            <tr>
              <th scope="col">Year</th>
              {NAMES.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">Year</th>
            </tr>
          </thead>
          <tbody>
            {monthlyReturns(doc).map((row) => (
              <tr key={row.year}>
                <th scope="row">{row.year}</th>
                {row.months.map((value, month) => (
                  <Return key={NAMES[month]} value={value} />
                ))}
                <Return value={row.total} total />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Return({ value, total = false }: { value: number | null | undefined; total?: boolean }) {
  if (value === undefined) return <td />;
  if (value === null) return <td className="faint">–</td>;
  const shown = percent(100 * value, 1, true).replace("\u202f%", "");
  const tone = /[1-9]/.test(shown) ? `lab-${value > 0 ? "up" : "down"}-${shade(value)}` : "";
  return <td className={`${tone} ${total ? "lab-total" : ""}`}>{shown}</td>;
}
