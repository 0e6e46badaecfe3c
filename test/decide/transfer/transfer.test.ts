import { assert, constantFrom, integer, nat, option, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerPatience,
  isLight,
  pauseMs,
  shortest,
  stillInMs,
  uploadFault,
  uploadPatience,
  waitsForCaller,
  type Pace,
  type Side,
} from "../../../src/decide/transfer/transfer.ts";

const side = constantFrom<Side>("source", "sink");
const patience = option(integer({ min: 1, max: 1_000_000 }), { nil: null });

describe("a body on its way", () => {
  it("stands still when the side whose turn it is has let its time pass, and not a millisecond before", () => {
    assert(
      property(side, record({ source: patience, sink: patience }), nat(2_000_000), (turn, allowed, passedMs) => {
        const pace: Pace = { turn, movedAtMs: 1000, beganAtMs: 1000, bytes: 0 };
        const due = stillInMs(pace, allowed, 1000 + passedMs);
        const most = allowed[turn];
        if (most === null) {
          expect(due).toBeNull();
        } else {
          expect(due === 0).toBe(passedMs >= most);
        }
      }),
    );
  });

  it("is looked at often enough for the less patient side", () => {
    expect(shortest({ source: 30, sink: 20 })).toBe(20);
    expect(shortest({ source: null, sink: 20 })).toBe(20);
    expect(shortest({ source: 30, sink: null })).toBe(30);
    expect(shortest({ source: null, sink: null })).toBeNull();
  });
});

describe("an upload", () => {
  it("is the caller's failure when its source fails, and the service's when the service takes no more", () => {
    expect(uploadFault("whole")).toBeNull();
    expect(uploadFault({ by: "source", how: "failed" })).toBe("broken");
    expect(uploadFault({ by: "source", how: "still" })).toBe("stalled");
    expect(uploadFault({ by: "sink", how: "still" })).toBe("late");
    expect(uploadFault({ by: "sink", how: "failed" })).toBeNull();
  });

  it("may pause for three times the deadline of its request, at least 5 s and at most what any request may", () => {
    expect([0, 100, 2000, 5000, 15_000].map((requestMs) => pauseMs(30_000, requestMs))).toEqual([
      30_000, 5000, 6000, 15_000, 30_000,
    ]);
  });

  it("gives a service that takes no more of it what is left of the deadline, or its idle time", () => {
    expect(uploadPatience(30_000, 1000, 300_000)).toEqual({ source: 30_000, sink: 1000 });
    expect(uploadPatience(30_000, null, 300_000)).toEqual({ source: 30_000, sink: 300_000 });
    expect(uploadPatience(30_000, null, 0)).toEqual({ source: 30_000, sink: null });
  });
});

describe("a caller", () => {
  const pace = (turn: Side, lyingMs: number, bytes = 0): Pace => ({
    turn,
    movedAtMs: 10_000 - lyingMs,
    beganAtMs: 0,
    bytes,
  });

  it("is waited for when a piece has been its to take for a second", () => {
    expect(waitsForCaller(pace("sink", 999, 1e6), "sink", 10_000)).toBe(false);
    expect(waitsForCaller(pace("sink", 1000, 1e6), "sink", 10_000)).toBe(true);
    expect(waitsForCaller(pace("source", 9000, 1e6), "sink", 10_000)).toBe(false);
  });

  it("is waited for as well when it drips its upload, below a byte a millisecond", () => {
    expect(waitsForCaller(pace("source", 10, 9999), "source", 10_000)).toBe(true);
    expect(waitsForCaller(pace("source", 10, 10_000), "source", 10_000)).toBe(false);
    expect(waitsForCaller(pace("sink", 10, 1), "source", 10_000)).toBe(false);
  });
});

describe("an answer", () => {
  it("may be silent for the service's idle time, and an event stream for as long as it likes", () => {
    expect(answerPatience(30_000, 300_000, "text/html")).toEqual({ source: 300_000, sink: 30_000 });
    expect(answerPatience(30_000, 300_000, "text/event-stream; charset=utf-8").source).toBeNull();
    expect(answerPatience(30_000, 300_000, "text/event-streams").source).toBe(300_000);
    expect(answerPatience(30_000, 0, null).source).toBeNull();
  });

  it("is left to the runtime when it is declared to be small and no policy says how long it may be silent", () => {
    expect(isLight(16 * 1024, undefined)).toBe(true);
    expect(isLight(16 * 1024 + 1, undefined)).toBe(false);
    expect(isLight(null, undefined)).toBe(false);
    expect(isLight(10, 300_000)).toBe(false);
  });
});
