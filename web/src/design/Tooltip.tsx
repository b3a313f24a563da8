import { type ReactNode, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import "./Tooltip.css";

const GAP = 6;

/** Words on hover and on focus. What is inside must be reachable by keyboard if the words matter. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number; below: boolean } | null>(null);
  const show = () => {
    const box = anchor.current?.getBoundingClientRect();
    if (!box) return;
    const below = box.top < 80;
    setPlace({
      left: Math.min(Math.max(box.left + box.width / 2, 150), innerWidth - 150),
      top: below ? box.bottom + GAP : box.top - GAP,
      below,
    });
  };
  const hide = () => setPlace(null);
  return (
    <span
      ref={anchor}
      className="tooltip-anchor"
      aria-describedby={place ? id : undefined}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={(event) => event.key === "Escape" && hide()}
    >
      {children}
      {place &&
        createPortal(
          <span
            id={id}
            role="tooltip"
            className={`tooltip ${place.below ? "tooltip-below" : ""}`}
            style={{ left: place.left, top: place.top }}
          >
            {text}
          </span>,
          document.body,
        )}
    </span>
  );
}
