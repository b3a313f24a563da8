/**
 * A token of Privy that the application which issued it handed over: it opens this page with `#privy=<token>`. What is
 * behind the # never travels to a server; it is taken out of the address before anything else looks at it.
 */

const FORM = /^#privy=([\w-]+\.[\w-]+\.[\w-]+)$/;

/** Null where none was handed over. */
export const tokenIn = (fragment: string): string | null => FORM.exec(fragment)?.[1] ?? null;

/** Whose it claims to be; the server finds out whether that is so. */
export function subjectOf(token: string): string {
  try {
    const claims = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return String((JSON.parse(atob(claims)) as { sub?: unknown }).sub ?? "");
  } catch {
    return "";
  }
}

function take(): string | null {
  const { hash, pathname, search } = globalThis.location ?? { hash: "", pathname: "", search: "" };
  const token = tokenIn(hash);
  if (token !== null) history.replaceState(history.state, "", pathname + search);
  return token;
}

let handed = take();

export const handedOver = (): string | null => handed;

/** It counts once: this page, which may live on after the session that it opened, offers it no more. */
export function forget(): void {
  handed = null;
}
