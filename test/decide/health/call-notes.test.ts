// What an isolate tells of endpoints: only what is wrong, and no longer than it is.
import { describe, expect, it } from "vitest";
import {
  newCallNotes,
  noteDropped,
  noteEnd,
  noteSent,
  troubledNotes,
  troubleOf,
} from "../../../src/decide/health/call-notes.ts";

const notes = () => {
  const held = newCallNotes();
  const send = (atMs: number, id = "e") => noteSent(held, "shop/orders", id, atMs);
  return {
    held,
    send,
    call: (atMs: number, failure: string | null, tookMs = 10) => noteEnd(send(atMs), failure, tookMs, atMs + tookMs),
    told: (atMs: number) => troubledNotes(held, atMs),
    state: (atMs: number) => troubleOf(troubledNotes(held, atMs), atMs)?.state ?? null,
  };
};

describe("calls of an isolate", () => {
  it("are told of only when something is wrong", () => {
    const seen = notes();
    for (let n = 0; n < 50; n++) {
      seen.call(n * 100, null);
    }
    expect(seen.told(5000)).toEqual([]);
  });

  it("say that an endpoint is down when nearly all of them fail, and forget it ten seconds later", () => {
    const seen = notes();
    for (let n = 0; n < 5; n++) {
      seen.call(n * 100, "it refused the connection");
    }
    expect(seen.told(600)).toMatchObject([{ service: "shop/orders", endpoint: "e", ok: 0, failed: 5 }]);
    expect(troubleOf(seen.told(600), 0)).toMatchObject({
      state: "down",
      told: "5 of the last 5 calls failed: it refused the connection",
    });
    expect(seen.told(15_000)).toEqual([]);
  });

  it("say that it fails when one of two does, and nothing of one in a hundred", () => {
    const seen = notes();
    for (let n = 0; n < 20; n++) {
      seen.call(n * 10, n % 2 === 0 ? "it answered 503" : null);
    }
    expect(seen.state(300)).toBe("failing");
    const rare = notes();
    for (let n = 0; n < 200; n++) {
      rare.call(n * 10, n % 100 === 0 ? "it answered 503" : null);
    }
    expect(rare.state(2100)).toBeNull();
  });

  it("say that it hangs when three wait and nothing was heard for four seconds", () => {
    const seen = notes();
    seen.call(0, null);
    for (const at of [100, 200, 300]) {
      seen.send(at);
    }
    expect(seen.state(3000)).toBeNull();
    expect(seen.state(10_500)).toBe("hung");
    expect(troubleOf(seen.told(10_500), 0)?.told).toContain("3 have been waiting for up to 10.4 s");
    // Nobody has called it for a while: nothing is known any more.
    expect(seen.told(31_000)).toEqual([]);
  });

  it("take callers who leave for nothing, and an answer for an end of waiting", () => {
    const seen = notes();
    for (const at of [0, 1, 2, 3]) {
      noteDropped(seen.send(at));
    }
    expect(seen.told(9000)).toEqual([]);
    const answered = notes();
    const first = answered.send(0);
    for (const at of [1, 2]) {
      answered.send(at);
    }
    noteEnd(first, null, 100, 6000);
    expect(answered.state(11_500)).toBeNull();
  });

  it("know slow from what was always slow, and do not get used to it", () => {
    const seen = notes();
    // The first answers are late, as they often are.
    for (let n = 0; n < 40; n++) {
      seen.call(n * 10, null, n < 5 ? 900 : 20);
    }
    for (let n = 0; n < 600; n++) {
      seen.call(10_000 + n * 10, null, 1500);
    }
    const trouble = troubleOf(seen.told(17_600), 0);
    expect(trouble).toMatchObject({
      state: "slow",
      told: expect.stringMatching(/^it takes 1\.5 s to answer, usually 2\d ms$/),
    });
    const always = notes();
    for (let n = 0; n < 100; n++) {
      always.call(n * 10, null, 2000);
    }
    expect(always.state(3000)).toBeNull();
  });

  it("of several isolates are summed, and the worst come first", () => {
    const [one, two] = [notes(), notes()];
    for (let n = 0; n < 4; n++) {
      one.call(n, "it answered 500");
    }
    for (let n = 0; n < 6; n++) {
      two.call(n, null);
    }
    for (let n = 0; n < 6; n++) {
      two.call(n, "it answered 500");
    }
    const trouble = troubleOf([...one.told(100), ...two.told(100)], 7);
    expect(trouble).toMatchObject({ state: "failing", ok: 6, failed: 10, isolates: 2, since: 7 });
    const many = notes();
    for (let n = 0; n < 60; n++) {
      for (let k = 0; k < 3 + n; k++) {
        noteEnd(many.send(0, `e${n}`), "lost", 1, 1);
      }
    }
    const told = many.told(10);
    expect([told.length, told[0]?.endpoint]).toEqual([50, "e59"]);
  });
});
