/** The one stream of a page: all that happens to what is mine. It resumes behind the last event seen, and heals itself. */
import { type Sent, SseReader } from "./sse";

export type State = "off" | "connecting" | "live" | "lost";

export interface Happened {
  position: number;
  stream: string;
  seq: number;
  kind: string;
  ts: number;
  payload: Record<string, unknown>;
}

/** The heartbeat comes every 15 s: beyond two of them nobody is there. */
const SILENCE_MS = 35_000;
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** A page that nobody looks at gives its connection back: a browser has six for each host. */
const HIDDEN_MS = 60_000;

export const waitAfter = (failures: number): number => WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? 0;

export class LiveStream {
  state: State = "off";
  since = Date.now();
  private lastId = "";
  private failures = 0;
  private wanted = false;
  private abort: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private hidden: ReturnType<typeof setTimeout> | undefined;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly onEvents: (events: Happened[]) => void,
    /** Connected, again or for the first time: what was asked before may be old. */
    private readonly onOpen: () => void,
    private readonly onSignedOut: () => void,
  ) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  now = (): State => this.state;

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.seen);
    void this.connect();
  }

  stop(): void {
    this.wanted = false;
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.seen);
    this.drop();
    this.lastId = "";
    this.become("off");
  }

  /** Now, not when the wait is over. */
  hurry = (): void => {
    if (!this.wanted || this.state === "live" || this.state === "connecting") return;
    void this.connect();
  };

  private seen = (): void => {
    clearTimeout(this.hidden);
    if (document.hidden) {
      this.hidden = setTimeout(() => {
        this.drop();
        this.become("lost");
      }, HIDDEN_MS);
    } else this.hurry();
  };

  private become(state: State): void {
    if (this.state === state) return;
    this.state = state;
    this.since = Date.now();
    for (const watcher of this.watchers) watcher();
  }

  private drop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.abort?.abort();
    this.abort = undefined;
  }

  private async connect(): Promise<void> {
    this.drop();
    const abort = new AbortController();
    this.abort = abort;
    if (this.state === "off") this.become("connecting");
    this.listen();
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.lastId) headers["Last-Event-ID"] = this.lastId;
      const response = await fetch(this.url, {
        headers,
        credentials: "same-origin",
        cache: "no-store",
        signal: abort.signal,
      });
      if (response.status === 401) return this.onSignedOut();
      if (response.ok && response.body) {
        this.failures = 0;
        this.become("live");
        this.onOpen();
        await this.readAll(response.body.getReader());
      }
    } catch {
      // Whatever ended it, it is opened again below.
    }
    if (this.abort === abort) this.again();
  }

  private async readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const text = new TextDecoder();
    const events = new SseReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.listen();
      const found = events.read(text.decode(value, { stream: true }));
      const last = found.at(-1);
      if (!last) continue;
      if (last.id) this.lastId = last.id;
      this.onEvents(found.flatMap(happened));
    }
  }

  private again(): void {
    this.drop();
    if (!this.wanted) return;
    this.failures += 1;
    this.become("lost");
    if (!document.hidden) this.timer = setTimeout(() => void this.connect(), waitAfter(this.failures));
  }

  /** Something was heard: wait anew for the silence that means a broken connection. */
  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.again(), SILENCE_MS);
  }
}

function happened(sent: Sent): Happened[] {
  try {
    return [JSON.parse(sent.data) as Happened];
  } catch {
    return [];
  }
}
