import { beforeEach, describe, expect, it } from "vitest";
import {
  beginReading,
  endReading,
  newGuessing,
  nextStep,
  noteUnknown,
  type Guessing,
} from "../../../src/decide/identity/guessing.ts";

const STRANGER = "192.0.2.1";
let state: Guessing;
let now: number;
beforeEach(() => {
  state = newGuessing();
  now = 1_000_000;
});

/** Shows a secret that nobody knows; what it cost the registry. */
function guess(digest: string, ip: string | null = STRANGER): "question" | "reading" | "nothing" {
  const step = nextStep(state, digest, ip, now);
  if (step === "ask") {
    noteUnknown(state, digest, ip, now);
    return "question";
  }
  if (step !== "read") {
    return "nothing";
  }
  beginReading(state, now);
  endReading(state, ["right"], now);
  return "reading";
}

describe("a stranger who makes secrets up", () => {
  it("costs twenty questions, then one every two seconds, however many are shown", () => {
    const costs = { question: 0, reading: 0, nothing: 0 };
    for (let shown = 0; shown < 60_000; shown++) {
      now += 1;
      costs[guess(`made-up-${shown}`)] += 1;
    }
    // Twenty at once and one every three seconds; all digests every two.
    expect(costs.question).toBeLessThanOrEqual(20 + 21);
    expect(costs.reading).toBeLessThanOrEqual(31);
  });

  it("is told after how long one would be looked up again", () => {
    for (let shown = 0; shown < 20; shown++) {
      guess(`made-up-${shown}`);
    }
    guess("one more");
    expect(nextStep(state, "another", STRANGER, now)).toEqual({ waitMs: 3000 });
  });

  it("costs nothing with the same secret again", () => {
    expect(guess("wrong")).toBe("question");
    expect(nextStep(state, "wrong", STRANGER, now + 4999)).toBe("unknown");
    expect(nextStep(state, "wrong", "198.51.100.7", now + 4999)).toBe("unknown");
    expect(nextStep(state, "wrong", STRANGER, now + 5000)).toBe("ask");
  });

  it("keeps nobody out: a right secret is looked up at once, from the same address as well", () => {
    for (let shown = 0; shown < 1000; shown++) {
      guess(`made-up-${shown}`);
    }
    expect(nextStep(state, "right", STRANGER, now)).toBe("ask");
    expect(nextStep(state, "anything", "198.51.100.7", now)).toBe("ask");
  });

  it("does not find the registry read twice at a time, nor by a request that was cancelled for ever", () => {
    for (let shown = 0; shown < 20; shown++) {
      guess(`made-up-${shown}`);
    }
    expect(nextStep(state, "a", STRANGER, now)).toBe("read");
    beginReading(state, now);
    expect(nextStep(state, "b", STRANGER, now)).toMatchObject({ waitMs: expect.any(Number) });
    now += 2000;
    expect(nextStep(state, "c", STRANGER, now)).toBe("read");
  });

  it("is believed to be many where nobody knows the address", () => {
    for (let shown = 0; shown < 100; shown++) {
      expect(guess(`made-up-${shown}`, null)).toBe("question");
    }
  });
});
