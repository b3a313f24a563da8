/** The names of the wire's models, short. */
import type { components } from "./schema";

type Models = components["schemas"];
export type Model<K extends keyof Models> = Models[K];

export type Session = Models["SessionModel"];
export type Bot = Models["BotModel"];
export type Version = Models["VersionModel"];
export type Run = Models["RunModel"];
export type Health = Models["HealthModel"];
export type Reason = Models["ReasonModel"];
export type Position = Models["PositionModel"];
export type Order = Models["OrderModel"];
export type Fill = Models["FillModel"];
export type Closure = Models["ClosureModel"];
export type Decision = Models["DecisionModel"];
export type LoggedEvent = Models["EventModel"];
export type Kill = Models["KillModel"];
export type Account = Models["AccountModel"];
export type Backtest = Models["BacktestModel"];
export type Scope = Models["Scope"];
