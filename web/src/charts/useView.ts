/** A view in a component: made with its element, steered by keys, gone with it. */

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { ChartLink } from "./link";
import type { Cursor, View } from "./view";

type Make<V extends View> = new (element: HTMLElement, told: (cursor: Cursor | null) => void, link?: ChartLink) => V;

export interface Viewed<V extends View> {
  /** Goes to the element that the chart fills. */
  place: (element: HTMLElement | null) => void;
  view: RefObject<V | null>;
  /** Where the crosshair is; null when it is nowhere. */
  cursor: Cursor | null;
  lead: () => void;
}

export function useView<V extends View>(
  Kind: Make<V>,
  link: ChartLink | undefined,
  draw: (view: V) => void,
): Viewed<V> {
  const [element, place] = useState<HTMLElement | null>(null);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const view = useRef<V | null>(null);
  useEffect(() => {
    if (element === null) {
      return;
    }
    const made = new Kind(element, setCursor, link);
    view.current = made;
    return () => {
      view.current = null;
      made.dispose();
    };
  }, [Kind, element, link]);
  useEffect(() => {
    if (view.current !== null) {
      draw(view.current);
    }
  }, [draw, element, link, Kind]);
  return { place, view, cursor, lead: () => view.current?.lead() };
}

/** Arrows move the crosshair by bars (with shift by ten), plus and minus zoom, Home, End and 0 go where they say. */
export function steer(view: View, event: KeyboardEvent): boolean {
  const by = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case "ArrowLeft":
      view.step(-by);
      return true;
    case "ArrowRight":
      view.step(by);
      return true;
    case "Home":
      view.goTo(0);
      return true;
    case "End":
      view.step(Number.MAX_SAFE_INTEGER);
      return true;
    case "+":
    case "=":
      view.lead();
      view.zoom(0.6);
      return true;
    case "-":
      view.lead();
      view.zoom(1 / 0.6);
      return true;
    case "0":
      view.lead();
      view.showAll();
      return true;
    default:
      return false;
  }
}
