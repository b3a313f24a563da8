import { describe, expect, it } from "vitest";
import { ChartLink, type Linked } from "./link";

function chart(link: ChartLink) {
  const seen: (number | null)[] = [];
  const member: Linked = {
    pointAt: (ts) => {
      seen.push(ts);
      link.point(member, ts); // as a chart does whose crosshair was moved for it
    },
    show: () => {},
  };
  return { member, seen, leave: link.join(member) };
}

describe("ChartLink", () => {
  it("moves the others, and hears nothing from them", () => {
    const link = new ChartLink();
    const [one, other] = [chart(link), chart(link)];
    link.lead(one.member);
    link.point(one.member, 5);
    expect(other.seen).toEqual([5]);
    expect(one.seen).toEqual([]);
    link.point(other.member, 9);
    expect(one.seen).toEqual([]);
  });

  it("forgets who has left", () => {
    const link = new ChartLink();
    const [one, other] = [chart(link), chart(link)];
    link.lead(one.member);
    other.leave();
    link.point(one.member, 5);
    expect(other.seen).toEqual([]);
  });
});
