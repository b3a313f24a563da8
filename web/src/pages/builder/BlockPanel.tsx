import { useState } from "react";
import { isObject, type Json } from "@/builder/document";
import { setParam } from "@/builder/edit";
import { onNode } from "@/builder/problems";
import { Button, Field, Icon, Input } from "@/design";
import { useBuilder } from "./context";
import { sentence } from "@/builder/summary";
import { Neighbours } from "./Neighbours";
import { ParamField, problemsOf } from "./ParamField";
import { ProblemItem } from "./ProblemItem";
import { RoleMark } from "./RoleMark";

/** One node: what it says, its parameters, its neighbours. */
export function BlockPanel({ id }: { id: string }) {
  const { doc, blocks, checked, dispatch, ask } = useBuilder();
  const node = doc.nodes.find((one) => one.id === id);
  if (!node) return null;
  const block = blocks.get(node.type);
  const params = node.params ?? {};
  const known = new Set(block?.params.map((param) => param.name));
  const others = Object.keys(params).filter((name) => !known.has(name));
  const problems = onNode(checked.problems, id).filter(
    (problem) => problem.param === null || !known.has(problem.param),
  );
  const put = (name: string, value: Json | undefined) =>
    dispatch({ do: "edit", step: `${id}.${name}`, change: (made) => setParam(made, id, name, value) });
  return (
    <>
      <header className="inspector-head">
        <RoleMark role={block?.role ?? "unknown"} />
        <h2>{block?.title ?? node.type}</h2>
        <Button
          size="sm"
          look="quiet"
          aria-label="Duplicate"
          title="Duplicate (Ctrl D)"
          icon={<Icon name="copy" />}
          onClick={() => dispatch({ do: "duplicate" })}
        />
        <Button
          size="sm"
          look="quiet"
          aria-label="Remove"
          title="Remove (Delete)"
          icon={<Icon name="trash" />}
          onClick={() => dispatch({ do: "remove" })}
        />
      </header>
      {checked.sentences[id] && <p className="inspector-sentence">{sentence(checked.sentences[id])}.</p>}
      {problems.map((problem) => (
        <ProblemItem key={problem.code + problem.where + problem.rule} problem={problem} />
      ))}
      {block?.params.map((param) => (
        <ParamField
          key={param.name}
          form={param}
          given={params[param.name]}
          problems={problemsOf(checked.problems, id, param)}
          onValue={(value) => put(param.name, value)}
          onDone={() => dispatch({ do: "settle" })}
        />
      ))}
      {others.length > 0 && (
        <section className="inspector-section">
          <h3>Under other names</h3>
          {others.map((name) => (
            <div key={name} className="inspector-names">
              <code>
                {name}: {told(params[name])}
              </code>
              <Button size="sm" look="quiet" onClick={() => put(name, undefined)}>
                Remove
              </Button>
            </div>
          ))}
        </section>
      )}
      <section className="inspector-section">
        <Neighbours id={id} />
        <div className="inspector-acts">
          <Button size="sm" icon={<Icon name="link" />} onClick={() => ask("connect")}>
            Connect to…
          </Button>
        </div>
        <Name key={id} id={id} />
        {block && <p className="inspector-doc">{block.doc.replaceAll("`", "")}</p>}
      </section>
    </>
  );
}

/** The node's own name, by which edges, problems and the reading know it. */
function Name({ id }: { id: string }) {
  const { doc, dispatch } = useBuilder();
  const [typed, setTyped] = useState(id);
  const taken = typed !== id && doc.nodes.some((node) => node.id === typed);
  const wrong = typed.trim() === "" ? "A node has a name." : taken ? "Another node is called that." : "";
  const rename = () => (wrong ? setTyped(id) : dispatch({ do: "rename", from: id, to: typed }));
  return (
    <Field label="Name of the node" error={wrong}>
      {(wired) => (
        <Input
          {...wired}
          mono
          maxLength={100}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={rename}
          onKeyDown={(event) => event.key === "Enter" && rename()}
        />
      )}
    </Field>
  );
}

function told(value: Json | undefined): string {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
