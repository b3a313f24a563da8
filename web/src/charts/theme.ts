/** Which colours does a chart take from the tokens, and when do they change? */

export interface ChartTheme {
  surface: string;
  line: string;
  text: string;
  faint: string;
  accent: string;
  profit: string;
  loss: string;
  series: string[];
  font: string;
}

export const SERIES = 6;

/** The colours of now, as the library reads them: `rgb()` or `rgba()`. */
export function readTheme(element: Element): ChartTheme {
  const probe = element.appendChild(document.createElement("i"));
  const style = getComputedStyle(probe);
  const token = (name: string) => {
    probe.style.color = `var(--${name})`;
    return style.color;
  };
  const theme = {
    surface: token("surface-0"),
    line: token("line"),
    text: token("text-2"),
    faint: token("text-3"),
    accent: token("accent"),
    profit: token("profit"),
    loss: token("loss"),
    series: Array.from({ length: SERIES }, (_, at) => token(`series-${at + 1}`)),
    font: style.fontFamily,
  };
  probe.remove();
  return theme;
}

/** The colour of a line by its place; they begin anew after the last. */
export function seriesColour(theme: ChartTheme, at: number): string {
  return theme.series[at % theme.series.length] ?? theme.accent;
}

/** The same colour for a stylesheet. */
export function seriesToken(at: number): string {
  return `var(--series-${(at % SERIES) + 1})`;
}

export function fade(colour: string, alpha: number): string {
  const [red, green, blue] = colour.match(/[\d.]+/g) ?? [];
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** Calls back whenever the page's theme changes; returns what ends that. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-hues"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", changed);
  };
}
