import { describe, expect, it } from "vitest";
import { ANONYMOUS } from "../../src/decide/identity/caller.ts";
import { CallerMemory } from "../../src/isolate/caller-memory.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";

const snapshot = { revision: 1 } as Snapshot;
const next = { revision: 2 } as Snapshot;
const known = { caller: ANONYMOUS, edits: [], proven: [], vouched: [], keys: null };

describe("callers that an isolate knows", () => {
  it("are known for a minute, or as long as their proofs hold", () => {
    const memory = new CallerMemory();
    memory.remember(snapshot, "long", known, 0, Infinity);
    memory.remember(snapshot, "short", known, 0, 1000);
    const at = (now: number): boolean[] =>
      ["long", "short"].map((proofs) => memory.recall(snapshot, proofs, now) !== null);
    expect([at(999), at(1000), at(59_999), at(60_000)]).toEqual([
      [true, true],
      [true, false],
      [true, false],
      [false, false],
    ]);
  });

  it("are strangers to another revision, and gone with the first that it knows", () => {
    const memory = new CallerMemory();
    memory.remember(snapshot, "a", known, 0, Infinity);
    expect(memory.recall(next, "a", 1)).toBeNull();
    memory.remember(next, "b", known, 1, Infinity);
    expect([memory.recall(snapshot, "a", 1), memory.recall(next, "a", 1), memory.size]).toEqual([null, null, 1]);
  });

  it("are so many at most, whoever shows what", () => {
    const memory = new CallerMemory();
    for (let nth = 0; nth < 5000; nth++) {
      memory.remember(snapshot, `proofs ${nth}`, known, 0, Infinity);
      memory.isForeign(`token ${nth}`, 0, () => true);
    }
    expect(memory.size).toBe(2000);
    memory.remember(snapshot, "x".repeat(5000), known, 0, Infinity);
    expect(memory.recall(snapshot, "x".repeat(5000), 0)).toBeNull();
  });

  it("do not pass for foreign while their tokens are the mesh's own", () => {
    const memory = new CallerMemory();
    let asked = 0;
    const is = (token: string, now: number, foreign: boolean): boolean =>
      memory.isForeign(token, now, () => (asked++, foreign));
    expect([is("a", 0, true), is("a", 59_999, true), is("a", 60_000, true)]).toEqual([true, true, true]);
    expect([is("b", 0, false), is("b", 0, false)]).toEqual([false, false]);
    expect(asked).toBe(4);
  });
});
