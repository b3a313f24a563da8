import { type KeyboardEvent, type ReactNode, useId } from "react";
import "./Tabs.css";

export interface Tab<K extends string> {
  key: K;
  label: ReactNode;
  count?: number;
}

interface Props<K extends string> {
  label: string;
  tabs: readonly Tab<K>[];
  picked: K;
  onPick: (key: K) => void;
  children?: ReactNode;
}

/** Arrow keys move between tabs; the content below is the picked one's. */
export function Tabs<K extends string>({ label, tabs, picked, onPick, children }: Props<K>) {
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.key === picked);
    const to = tabs[(at + step + tabs.length) % tabs.length];
    if (!to) return;
    onPick(to.key);
    document.getElementById(`${id}-${to.key}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={tab.key === picked}
            aria-controls={children === undefined ? undefined : `${id}-panel`}
            tabIndex={tab.key === picked ? 0 : -1}
            className="tab"
            onClick={() => onPick(tab.key)}
          >
            {tab.label}
            {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
          </button>
        ))}
      </div>
      {children !== undefined && (
        <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${picked}`} className="tab-panel">
          {children}
        </div>
      )}
    </>
  );
}
