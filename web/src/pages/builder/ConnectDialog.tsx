import { type KeyboardEvent, useState } from "react";
import { rejection } from "@/builder/connect";
import { connect } from "@/builder/edit";
import { Dialog, Empty, Input } from "@/design";
import { useBuilder } from "./context";
import "./ConnectDialog.css";

/** Connects the chosen node by its name: what it may lead to, and what may lead to it. */
export function ConnectDialog({ onClose }: { onClose: () => void }) {
  const { doc, blocks, checked, only, dispatch } = useBuilder();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  if (only === null) return null;
  const words = search.toLowerCase();
  const title = (type: string) => blocks.get(type)?.title ?? type;
  const possible = doc.nodes
    .flatMap((node) => [
      { node, forward: true, ends: [only, node.id] as const },
      { node, forward: false, ends: [node.id, only] as const },
    ])
    .filter(({ ends }) => rejection(doc, ...ends) === "")
    .filter(({ node }) => `${node.id} ${title(node.type)}`.toLowerCase().includes(words))
    .sort((a, b) => Number(b.forward) - Number(a.forward));
  const active = possible[Math.min(at, possible.length - 1)];
  const choose = (one: (typeof possible)[number] | undefined) => {
    if (!one) return;
    dispatch({ do: "edit", change: (made) => connect(made, ...one.ends) });
    onClose();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, possible.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(active);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={`Connect ${only}`} onClose={onClose}>
      <Input
        ref={focusedFirst}
        role="combobox"
        aria-expanded
        aria-controls="connect-list"
        aria-activedescendant={active ? `connect-${possible.indexOf(active)}` : undefined}
        aria-label="Search the nodes"
        placeholder="Search the nodes"
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul className="connect-dialog" id="connect-list" role="listbox" aria-label="Nodes">
        {possible.map((one, number) => (
          <li
            key={one.ends.join("\u0000")}
            id={`connect-${number}`}
            role="option"
            aria-selected={one === active}
            onClick={() => choose(one)}
          >
            <span className="connect-dialog-way">{one.forward ? "leads to" : "is led to by"}</span>
            <span className="connect-dialog-node">
              {title(one.node.type)} <code>{one.node.id}</code>
            </span>
            <span className="connect-dialog-line">{checked.sentences[one.node.id]}</span>
          </li>
        ))}
      </ul>
      {possible.length === 0 && (
        <Empty title="Nothing to connect it to">Edges lead in one direction, and nothing leads to the trigger.</Empty>
      )}
    </Dialog>
  );
}

/** The dialog gives the focus to whatever bears this when it opens. */
function focusedFirst(input: HTMLInputElement | null): void {
  input?.setAttribute("autofocus", "");
}
