import { Panel } from "@/design";

const ROLES = [
  ["surface-0", "page"],
  ["surface-1", "panel"],
  ["surface-2", "raised"],
  ["surface-3", "pressed"],
  ["line", "separates"],
  ["text-1", "content"],
  ["text-2", "explains"],
  ["text-3", "labels"],
  ["accent", "the one action"],
  ["profit", "▲ more"],
  ["loss", "▼ less"],
  ["warn", "▲ look"],
  ["unknown", "hatched"],
  ["series-1", "line 1"],
  ["series-2", "line 2"],
  ["series-3", "line 3"],
  ["series-4", "line 4"],
  ["series-5", "line 5"],
  ["series-6", "line 6"],
] as const;

const TYPES = [
  ["2xl", "28 / 36"],
  ["xl", "20 / 28"],
  ["lg", "16 / 24"],
  ["md", "14 / 20"],
  ["sm", "13 / 20"],
  ["xs", "12 / 16"],
] as const;

export function Colours() {
  return (
    <div className="design-columns">
      <Panel title="Colour roles">
        <ul className="design-swatches">
          {ROLES.map(([role, words]) => (
            <li key={role}>
              <span style={{ background: `var(--${role})` }} />
              <code>{role}</code>
              <small>{words}</small>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Type">
        <dl className="design-types">
          {TYPES.map(([name, size]) => (
            <div key={name}>
              <dt className="faint">{size}</dt>
              <dd style={{ font: `var(--text-${name})` }}>Deploy on paper 1,234.56</dd>
            </div>
          ))}
          <div>
            <dt className="faint">mono</dt>
            <dd className="mono">run_8f3a21 · nodes.low.period</dd>
          </div>
        </dl>
      </Panel>
    </div>
  );
}
