/** A thin typed fetch: the one error shape of the API, and a key on each write so that asking twice does it once. */
import { ApiError, errorOf } from "./error";
import type { paths } from "./schema";

type Method = "get" | "post" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? NonNullable<paths[P][M]> : never;
type PathsWith<M extends Method> = {
  [P in keyof paths]: M extends keyof paths[P] ? (paths[P][M] extends undefined ? never : P) : never;
}[keyof paths];

type Json<R> = R extends { content: { "application/json": infer T } } ? T : undefined;
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer A }
    ? Json<A>
    : R extends { 201: infer A }
      ? Json<A>
      : R extends { 202: infer A }
        ? Json<A>
        : undefined
  : never;

type Part<O, K extends string> = O extends { parameters: { [key in K]: infer T } }
  ? { [key in K]: T }
  : { [key in K]?: undefined };
type Query<O> = O extends { parameters: { query?: infer T } } ? { query?: T } : { query?: undefined };
type Body<O> = O extends { requestBody: { content: { "application/json": infer T } } }
  ? { body: T }
  : O extends { requestBody?: { content: { "application/json": infer T } } }
    ? { body?: T }
    : { body?: undefined };

export type Asked<O> = Part<O, "path"> & Query<O> & Body<O> & { signal?: AbortSignal; key?: string };
type Args<O> = Record<string, never> extends Asked<O> ? [asked?: Asked<O>] : [asked: Asked<O>];

interface Loose {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
  key?: string;
}

/** Called when the server no longer knows who asks. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** A page that is being left asks nothing more: what it still wanted to know would only be refused. */
let left = false;

export function leave(leaving: boolean): void {
  left = leaving;
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function urlOf(template: string, path: Loose["path"] = {}, query: Loose["query"] = {}): string {
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text ? `${url}?${text}` : url;
}

async function ask(method: Method, template: string, asked: Loose = {}): Promise<unknown> {
  if (left) return new Promise(() => undefined);
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "get" && asked.key !== "") headers["Idempotency-Key"] = asked.key ?? newKey();
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(urlOf(template, asked.path, asked.query), {
      method: method.toUpperCase(),
      headers,
      credentials: "same-origin",
      body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
      signal: asked.signal,
    });
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw ApiError.unreachable();
  }
  if (!response.ok) {
    const error = await errorOf(response);
    if (response.status === 401) onSignedOut();
    throw error;
  }
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...args: Args<Operation<P, M>>
) => Promise<Answer<Operation<P, M>>>;

function call<M extends Method>(method: M): Call<M> {
  return ((path: string, asked?: Loose) => ask(method, path, asked)) as unknown as Call<M>;
}

export const api = { get: call("get"), post: call("post"), patch: call("patch"), delete: call("delete") };
