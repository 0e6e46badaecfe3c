import { beforeEach, describe, expect, it } from "vitest";
import { isBeyondShare, mustGiveWay, shareOf } from "../../../src/decide/concurrency/caller-share.ts";
import { newIsolateSlots, type InFlight, type IsolateSlots } from "../../../src/decide/concurrency/isolate.ts";

const NOW = 100_000;
let slots: IsolateSlots;
beforeEach(() => {
  slots = newIsolateSlots({ max: 8, queue: 0, adaptive: null, priority: null });
});

/** @param slowMs since when its body waits for its caller; null = it does not */
function hold(caller: string | null, slowMs: number | null): InFlight {
  const one = { seenAt: NOW, caller, slowSince: slowMs === null ? null : NOW - slowMs };
  slots.inFlight.add(one);
  return one;
}
const press = (agoMs = 0): void => void (slots.pressedAt = NOW - agoMs);

describe("a caller's share of a cap", () => {
  it("is half of it, and never less than one", () => {
    expect([1, 2, 3, 5, 200].map(shareOf)).toEqual([1, 1, 1, 2, 100]);
  });

  it("is left alone while nobody else wants a slot", () => {
    const held = Array.from({ length: 8 }, () => hold("a", 60_000));
    expect(held.filter((one) => mustGiveWay(slots, one, NOW))).toEqual([]);
  });

  it("is what it is cut down to when others find none: the longest held go", () => {
    const held = [30, 20, 10, 9, 8, 7, 6, 5].map((seconds) => hold("a", seconds * 1000));
    press();
    expect(held.map((one) => mustGiveWay(slots, one, NOW))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    for (const one of held.slice(0, 4)) {
      slots.inFlight.delete(one);
    }
    expect(held.slice(4).filter((one) => mustGiveWay(slots, one, NOW))).toEqual([]);
  });

  it("counts what waits for the caller, and has for five seconds; what the service works on is nobody's to cut", () => {
    const quick = Array.from({ length: 6 }, () => hold("a", null));
    const young = [hold("a", 4999), hold("a", 1000)];
    press();
    expect([...quick, ...young].filter((one) => mustGiveWay(slots, one, NOW))).toEqual([]);
    expect(isBeyondShare(slots, "a", NOW)).toBe(false);
  });

  it("is each caller's own, and nobody's where the address is not known", () => {
    const held = [..."abcd"].flatMap((caller) => [hold(caller, 60_000), hold(caller, 60_000)]);
    const unknown = hold(null, 60_000);
    press();
    expect([...held, unknown].filter((one) => mustGiveWay(slots, one, NOW))).toEqual([]);
    expect(isBeyondShare(slots, null, NOW)).toBe(false);
  });

  it("does not matter to a request once nobody has been refused for five seconds", () => {
    const held = Array.from({ length: 8 }, () => hold("a", 60_000));
    press(5001);
    expect(held.filter((one) => mustGiveWay(slots, one, NOW))).toEqual([]);
  });

  it("keeps a caller who has used it up out of the last quarter, and nobody else", () => {
    for (let nth = 0; nth < 4; nth++) {
      hold("a", 60_000);
    }
    expect(isBeyondShare(slots, "a", NOW)).toBe(false);
    hold("b", null);
    hold("b", null);
    expect(isBeyondShare(slots, "a", NOW)).toBe(true);
    expect(isBeyondShare(slots, "b", NOW)).toBe(false);
  });
});
