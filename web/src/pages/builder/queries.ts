/** What does the builder ask of the server? Each question once, under a name that the cache knows it by. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { ApiError } from "@/api/error";
import type { Model } from "@/api/types";
import type { Block } from "@/builder/blocks";
import { fingerprint, type StrategyDoc, withoutLayout } from "@/builder/document";

/** These only read: no key, so that nothing of them is written down. */
const READS = { key: "" };
const FOR_GOOD = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;
export const PREVIEW_BARS = 400;

type Body = Record<string, never>;

function body(doc: StrategyDoc): { strategy: Body } {
  return { strategy: withoutLayout(doc) as unknown as Body };
}

export const blocksQuery = queryOptions({
  queryKey: ["builder", "blocks"],
  queryFn: async ({ signal }) => (await api.get("/api/v1/strategies/blocks", { signal })).items as unknown as Block[],
  staleTime: FOR_GOOD,
});

export const policyQuery = queryOptions({
  queryKey: ["builder", "policy"],
  queryFn: async ({ signal }) => (await api.get("/api/v1/strategies/risk", { signal })) as unknown as Block,
  staleTime: FOR_GOOD,
});

export const seriesQuery = queryOptions({
  queryKey: ["builder", "series"],
  queryFn: async ({ signal }) => (await api.get("/api/v1/data/series", { signal })).items,
  staleTime: MINUTE,
});

export const feedsQuery = queryOptions({
  queryKey: ["builder", "feeds"],
  queryFn: async ({ signal }) => (await api.get("/api/v1/feeds", { signal })).items,
  staleTime: MINUTE / 2,
});

/** All problems of a document, and what each node says. */
export function checkQuery(doc: StrategyDoc) {
  return queryOptions({
    queryKey: ["builder", "check", fingerprint(doc)],
    queryFn: ({ signal }) => api.post("/api/v1/strategies/validate", { body: body(doc), signal, ...READS }),
    placeholderData: keepPreviousData,
    staleTime: FOR_GOOD,
    gcTime: MINUTE,
  });
}

export function readingQuery(doc: StrategyDoc, valid: boolean) {
  return queryOptions({
    queryKey: ["builder", "reading", fingerprint(doc)],
    queryFn: ({ signal }) => api.post("/api/v1/strategies/explain", { body: body(doc), signal, ...READS }),
    enabled: valid,
    placeholderData: keepPreviousData,
    staleTime: FOR_GOOD,
    gcTime: MINUTE,
  });
}

export type Preview = Model<"PreviewModel">;

/** The engine is compiled, or a history built: it passes, but may take a minute where the machine is new or busy. */
export const gettingReady = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "serve.getting_ready";

/** Each takes four seconds or more: after five minutes it is said that there is none, and why. */
const MOST_WAITS = 75;

export const askAgain = (failed: number, error: unknown): boolean =>
  gettingReady(error) ? failed < MOST_WAITS : failed < 2 && error instanceof ApiError && error.passing;

/** What the strategy would have done over the last bars of one market. */
export function previewQuery(doc: StrategyDoc, symbol: string | null, valid: boolean) {
  return queryOptions({
    queryKey: ["builder", "preview", fingerprint(doc), symbol],
    queryFn: ({ signal }) =>
      api.post("/api/v1/strategies/preview", {
        body: { ...body(doc), bars: PREVIEW_BARS, ...(symbol === null ? {} : { symbol }) },
        signal,
        ...READS,
      }),
    enabled: valid,
    retry: askAgain,
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
    gcTime: MINUTE,
  });
}

export function pythonQuery(doc: StrategyDoc, wanted: boolean) {
  return queryOptions({
    queryKey: ["builder", "python", fingerprint(doc)],
    queryFn: ({ signal }) => api.post("/api/v1/strategies/python", { body: body(doc), signal, ...READS }),
    enabled: wanted,
    staleTime: FOR_GOOD,
    gcTime: MINUTE,
  });
}

export function diffQuery(before: StrategyDoc, after: StrategyDoc) {
  return queryOptions({
    queryKey: ["builder", "diff", fingerprint(before), fingerprint(after)],
    queryFn: ({ signal }) =>
      api.post("/api/v1/strategies/diff", {
        body: { before: body(before).strategy, after: body(after).strategy },
        signal,
        ...READS,
      }),
    staleTime: FOR_GOOD,
    gcTime: MINUTE,
  });
}
