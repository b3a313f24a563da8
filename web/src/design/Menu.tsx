import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Button, type ButtonProps } from "./Button";
import "./Menu.css";

export interface MenuItem {
  key: string;
  label: ReactNode;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** Why it cannot be done now. */
  note?: string;
  run: () => void;
}

interface Props extends Omit<ButtonProps, "children" | "onClick"> {
  label: string;
  items: readonly MenuItem[];
  children?: ReactNode;
}

/** A button that opens a list of things to do. */
export function Menu({ label, items, children, ...button }: Props) {
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ right: number; top: number } | null>(null);
  const open = place !== null;
  const close = (refocus = true) => {
    setPlace(null);
    if (refocus) anchor.current?.focus();
  };
  const toggle = () => {
    const box = anchor.current?.getBoundingClientRect();
    if (open || !box) return close();
    const height = items.length * 32 + 16;
    const top = box.bottom + height > innerHeight ? Math.max(8, box.top - height - 4) : box.bottom + 4;
    setPlace({ right: Math.max(8, innerWidth - box.right), top });
  };
  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>("[role=menuitem]:not([aria-disabled=true])")?.focus();
    const away = (event: Event) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !anchor.current?.contains(target)) setPlace(null);
    };
    addEventListener("pointerdown", away);
    addEventListener("scroll", away, true);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("scroll", away, true);
    };
  }, [open]);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") return close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + step + all.length) % all.length]?.focus();
  };
  return (
    <>
      <Button
        {...button}
        ref={anchor}
        aria-label={children ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
      >
        {children}
      </Button>
      {open &&
        createPortal(
          <div ref={list} id={id} role="menu" aria-label={label} className="menu" style={place} onKeyDown={onKey}>
            {items.map((item) => (
              <button
                key={item.key}
                type="button"
                role="menuitem"
                tabIndex={-1}
                aria-disabled={item.disabled || undefined}
                title={item.note}
                className={`menu-item ${item.danger ? "menu-danger" : ""}`}
                onClick={() => {
                  if (item.disabled) return;
                  close();
                  item.run();
                }}
              >
                {item.icon}
                {item.label}
              </button>
            ))}
          </div>,
          document.body,
        )}
    </>
  );
}
