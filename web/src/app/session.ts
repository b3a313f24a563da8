/** Who is signed in, and what they may do. */
import { createContext, useContext } from "react";
import { api, leave, whenSignedOut } from "@/api/client";
import { asApiError } from "@/api/error";
import { sessionQuery } from "@/api/queries";
import type { Scope, Session } from "@/api/types";
import { toasts } from "@/design/toasts";
import { live } from "@/live/live";
import { queryClient } from "./queryClient";

const NOBODY: Session = { user_id: "", scopes: [], expires_ts: null };

export const SessionContext = createContext<Session>(NOBODY);

export const useSession = (): Session => useContext(SessionContext);

export const useMay = (scope: Scope): boolean => useSession().scopes.includes(scope);

/** Whether this browser signed in before: who never did is not asked about, which would only be refused. */
const KNOWN = "paddock.signed-in";

function note(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(KNOWN, "yes");
    else localStorage.removeItem(KNOWN);
  } catch {
    // A browser that keeps nothing asks each time.
  }
}

export function wasSignedIn(): boolean {
  try {
    return localStorage.getItem(KNOWN) !== null;
  } catch {
    return true;
  }
}

whenSignedOut(() => {
  note(false);
  if (queryClient.getQueryData(sessionQuery.queryKey)) void queryClient.resetQueries(sessionQuery);
});

/** Whatever way `enter` goes, it ends in a session. */
export async function signIn(enter: () => Promise<Session>): Promise<void> {
  const session = await enter();
  note(true);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

/** Nothing of the one who leaves stays in the page; who could not leave is told so. */
export async function signOut(): Promise<void> {
  const closed = api.delete("/api/v1/session");
  leave(true);
  live.stop();
  void queryClient.cancelQueries();
  try {
    await closed;
  } catch (error) {
    const { status, message } = asApiError(error);
    if (status !== 401) {
      leave(false);
      live.start();
      toasts.say(`You are still signed in. ${message}`, "bad");
      return;
    }
  }
  note(false);
  location.assign("/");
}
