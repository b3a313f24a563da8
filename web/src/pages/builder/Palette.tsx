import { type KeyboardEvent, memo, useId, useMemo, useRef, useState } from "react";
import { type Block, groups } from "@/builder/blocks";
import { Input } from "@/design";
import { BLOCK_DRAG } from "./drag";
import { RoleMark } from "./RoleMark";
import "./Palette.css";

export const PALETTE_SEARCH = "palette-search";

interface Props {
  catalogue: readonly Block[];
  add: (type: string) => void;
}

/** All blocks by category. Enter, a click or a drag adds one. */
export const Palette = memo(function Palette({ catalogue, add }: Props) {
  const list = useId();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const found = useMemo(() => groups(catalogue, search), [catalogue, search]);
  const flat = useMemo(() => found.flatMap((group) => group.blocks), [found]);
  const active = flat[Math.min(at, flat.length - 1)];
  const option = (block: Block | undefined) => (block ? `${list}-${block.type}` : undefined);
  const choose = (block: Block | undefined) => {
    if (!block) return;
    add(block.type);
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(flat.length - 1, to));
    setAt(next);
    const id = option(flat[next]);
    if (id) scroller.current?.querySelector(`#${CSS.escape(id)}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10 };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.currentTarget.select();
      choose(active);
    } else if (event.key === "Escape" && search) {
      event.preventDefault();
      event.stopPropagation();
      setSearch("");
      setAt(0);
    }
  };
  return (
    <div className="palette">
      <div className="palette-search">
        <Input
          id={PALETTE_SEARCH}
          type="search"
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={option(active)}
          aria-label="Search the blocks"
          placeholder={`Search ${catalogue.length} blocks`}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div ref={scroller} className="palette-list" id={list} role="listbox" aria-label="Blocks" tabIndex={-1}>
        {found.map((group) => (
          <div key={group.family} role="group" aria-label={group.label}>
            <h3 className="palette-family" aria-hidden>
              {group.label}
            </h3>
            {group.blocks.map((block) => (
              <div
                key={block.type}
                id={option(block)}
                role="option"
                aria-selected={block === active}
                className="palette-block"
                title={block.doc.replaceAll("`", "")}
                draggable
                onDragStart={(event) => {
                  event.dataTransfer.setData(BLOCK_DRAG, block.type);
                  event.dataTransfer.effectAllowed = "copy";
                }}
                onClick={() => choose(block)}
              >
                <RoleMark role={block.role} />
                <span className="palette-title">{block.title}</span>
              </div>
            ))}
          </div>
        ))}
        {flat.length === 0 && (
          <p className="palette-none">No block is called that. Try what it looks at, such as “volume” or “trend”.</p>
        )}
      </div>
      {active && (
        <div className="palette-doc">
          <p>{firstSentence(active.doc)}</p>
        </div>
      )}
    </div>
  );
});

function firstSentence(doc: string): string {
  return (/^[\s\S]*?[.!?](?=\s|$)/.exec(doc)?.[0] ?? doc).replaceAll("`", "");
}
