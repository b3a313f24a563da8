/** Server-sent events out of a stream of text, cut anywhere. */
export interface Sent {
  id: string;
  event: string;
  data: string;
}

/** Feed it what arrived; what is not whole yet is kept for the next time. */
export class SseReader {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  read(text: string): Sent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? "";
    const found: Sent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.data.length > 0)
          found.push({ id: this.id, event: this.event || "message", data: this.data.join("\n") });
        this.event = "";
        this.data = [];
      } else this.take(line);
    }
    return found;
  }

  private take(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (name === "data") this.data.push(value);
    else if (name === "event") this.event = value;
    else if (name === "id") this.id = value;
  }
}
