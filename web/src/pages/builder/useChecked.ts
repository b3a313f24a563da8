import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { fingerprint, type StrategyDoc } from "@/builder/document";
import { type Placed, type Problem, place } from "@/builder/problems";
import type { Checked } from "./context";
import { checkQuery } from "./queries";

/** Edits closer together than this are one question; short enough that an answer is there within 300 ms of an edit. */
const PAUSE_MS = 70;

/** The document as it was when the hands last rested. */
export function useRested(doc: StrategyDoc): StrategyDoc {
  const [rested, setRested] = useState(doc);
  const print = useMemo(() => fingerprint(doc), [doc]);
  const known = useMemo(() => fingerprint(rested), [rested]);
  useEffect(() => {
    if (print === known) return;
    const timer = setTimeout(() => setRested(doc), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [doc, print, known]);
  return rested;
}

const NOTHING: readonly Placed[] = [];
const SILENT = {};

/** What the server says of the document, each problem on the place that it is about. */
export function useChecked(doc: StrategyDoc, rested: StrategyDoc): Checked {
  const { data, error, isPlaceholderData, refetch } = useQuery(checkQuery(rested));
  const problems = useMemo(() => (data ? place(doc, data.problems as Problem[]) : NOTHING), [data, doc]);
  return {
    valid: data ? data.valid : null,
    problems,
    sentences: data?.sentences ?? SILENT,
    sound: data?.valid === true && !isPlaceholderData,
    error,
    retry: () => void refetch(),
  };
}
