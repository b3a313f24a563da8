export { CandleChart, EquityChart } from "./Lazy";
export type { Curve } from "./equityView";
export { ChartLink } from "./link";
export type { Bar, Level, Line, Mark, Point, Range, Source } from "./types";
