/** Charts side by side: the crosshair and the visible range of the one that is used move the others. */

import type { Range } from "./types";

export interface Linked {
  pointAt(ts: number | null): void;
  show(range: Range): void;
}

export class ChartLink {
  private readonly members = new Set<Linked>();
  private active: Linked | null = null;

  /** Returns what takes the chart out again. */
  join(member: Linked): () => void {
    this.members.add(member);
    return () => {
      this.members.delete(member);
      if (this.active === member) {
        this.active = null;
      }
    };
  }

  /** From now on this one leads: a person has it under the pointer or in focus. */
  lead(member: Linked): void {
    this.active = member;
  }

  point(from: Linked, ts: number | null): void {
    this.tell(from, (other) => {
      other.pointAt(ts);
    });
  }

  range(from: Linked, range: Range): void {
    this.tell(from, (other) => {
      other.show(range);
    });
  }

  /** Only who leads is listened to: what the others do in answer would come back. */
  private tell(from: Linked, what: (other: Linked) => void): void {
    if (this.active !== from) {
      return;
    }
    for (const member of this.members) {
      if (member !== from) {
        what(member);
      }
    }
  }
}
