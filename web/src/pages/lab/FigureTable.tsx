import { Panel, Unknown } from "@/design";
import { count } from "@/format";
import type { ResultDocument } from "@/lab/document";
import { figureText, GROUPS, toneOf } from "@/lab/figures";

/** Every figure with its basis and how much it rests on. */
export function FigureTable({ doc }: { doc: ResultDocument }) {
  return (
    <Panel title="Figures" aside="value, how it is measured, number of observations" flush>
      <div className="lab-figures">
        {GROUPS.map(([group, names]) => (
          <table key={group} className="table">
            <thead>
              <tr>
                <th scope="col">{group}</th>
                <th scope="col" className="table-right">
                  Value
                </th>
                <th scope="col" className="table-wide">
                  Basis
                </th>
                <th scope="col" className="table-right">
                  n
                </th>
              </tr>
            </thead>
            <tbody>
              {names.map(([name, label]) => {
                const metric = doc.metrics[name];
                if (metric === undefined) return null;
                return (
                  <tr key={name}>
                    <td>{label}</td>
                    <td className={`table-right ${toneOf(name, metric.value)}`}>
                      {metric.value === null ? (
                        <Unknown why={metric.reason} />
                      ) : (
                        figureText(name, metric.value, metric.unit)
                      )}
                    </td>
                    <td className="table-wide lab-basis" title={metric.basis}>
                      {metric.reason ?? metric.basis}
                    </td>
                    <td className="table-right faint">{count(metric.n)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        ))}
      </div>
    </Panel>
  );
}
