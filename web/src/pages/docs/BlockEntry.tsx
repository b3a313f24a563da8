import type { Block } from "@/builder/blocks";
import { Badge } from "@/design";
import { defaultText, type Param, takes } from "./reference";

/** Words between backticks are names. */
const withCode = (text: string) =>
  text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));

/** A block: what it does, its parameters, and the other names it is understood by. */
export function BlockEntry({ block }: { block: Block }) {
  const params = block.params as unknown as Param[];
  return (
    <article className="docs-block" id={`block-${block.type}`}>
      <header>
        <h3>{block.title}</h3>
        <code>{block.type}</code>
        <Badge shape={false}>{block.role}</Badge>
      </header>
      {block.doc
        .trim()
        .split(/\n\s*\n/)
        .map((paragraph) => (
          <p key={paragraph}>{withCode(paragraph.replace(/\s+/g, " "))}</p>
        ))}
      {params.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label={`Parameters of ${block.title}`}>
          <table className="table docs-params">
            <thead>
              <tr>
                <th scope="col">Parameter</th>
                <th scope="col">Default</th>
                <th scope="col">Takes</th>
                <th scope="col" className="table-wide">
                  Meaning
                </th>
              </tr>
            </thead>
            <tbody>
              {params.map((param) => (
                <tr key={param.name}>
                  <td>
                    <code>{param.name}</code>
                  </td>
                  <td>{defaultText(param.default)}</td>
                  <td>{takes(param)}</td>
                  <td className="table-wide">{withCode(param.help)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {block.aliases.length > 0 && (
        <p className="docs-aliases">
          Also understood as{" "}
          {block.aliases.map((alias) => (
            <code key={alias}>{alias}</code>
          ))}
        </p>
      )}
    </article>
  );
}
