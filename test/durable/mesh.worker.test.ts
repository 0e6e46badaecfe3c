// The noticeboard: what isolates hear, and what their questions tell.
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Mesh } from "../../durable/mesh.ts";
import type { PollQuestion } from "../../src/model/message/propagation.ts";

const START = Date.parse("2026-11-23T10:00:00Z");

let mesh: DurableObjectStub<Mesh>;
let now = START;
beforeEach(async () => {
  await reset();
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  mesh = env.MESH.getByName("mesh");
});
afterEach(() => {
  vi.restoreAllMocks();
});

const question = (isolate: string, revision: number, more: Partial<PollQuestion> = {}): PollQuestion => ({
  isolate,
  revision,
  generation: 0,
  edge: null,
  colo: "AMS",
  ...more,
});

describe("a poll", () => {
  it("hears of nothing while nothing was ever announced", async () => {
    expect(await mesh.poll(question("a", 0))).toEqual({ revision: 0, generation: 0, pollMs: 500 });
  });

  it("hears of who watches requests, for as long as they do and no longer", async () => {
    const watch = { id: "w", namespaces: ["shop"], leastStatus: 500, forMs: 15_000 };
    expect(await mesh.watch(watch)).toBe(true);
    now += 5000;
    expect((await mesh.poll(question("a", 0))).watches).toEqual([{ ...watch, forMs: 10_000 }]);
    now += 10_000;
    expect((await mesh.poll(question("a", 0))).watches).toEqual([]);
    for (let nth = 0; nth < 8; nth++) {
      expect(await mesh.watch({ ...watch, id: `w${nth}` })).toBe(true);
    }
    expect(await mesh.watch(watch)).toBe(false);
  });

  it("hears of what was announced", async () => {
    await mesh.announce({ revision: 3, generation: 9 });
    expect(await mesh.poll(question("a", 1))).toEqual({ revision: 3, generation: 9, pollMs: 500 });
  });

  it("hears of what another isolate found in the registry, when the announcement was lost", async () => {
    await mesh.announce({ revision: 3, generation: 9 });
    await mesh.poll(question("newborn", 4, { generation: 10 }));
    expect(await mesh.poll(question("a", 3))).toMatchObject({ revision: 4, generation: 10 });
  });

  it("never hears of less than before, when announcements arrive out of order", async () => {
    await mesh.announce({ revision: 5, generation: 2 });
    expect(await mesh.announce({ revision: 4, generation: 3 })).toEqual({ revision: 5, generation: 3 });
  });

  it("hears of keys that were revoked, also from an object that came back", async () => {
    await mesh.tellRevoked();
    await mesh.tellRevoked();
    expect((await mesh.poll(question("a", 0))).revocations).toBe(2);
    await evictDurableObject(mesh);
    expect((await mesh.poll(question("a", 0))).revocations).toBe(2);
  });

  it("is asked to wait longer the more isolates there are", async () => {
    await runInDurableObject(mesh, (object) => {
      for (let n = 0; n < 400; n++) {
        object.poll(question(`i${n}`, 1));
      }
    });
    expect((await mesh.poll(question("i0", 1))).pollMs).toBe(800);
    now += 30_001;
    expect((await mesh.poll(question("i0", 1))).pollMs).toBe(500);
  });
});

describe("what was announced", () => {
  it("tells of endpoints that fail isolates, since when, until nobody says so any more", async () => {
    const note = { service: "shop/a" as const, endpoint: "e", ok: 0, failed: 4, slow: 0, meanMs: null, usualMs: null };
    const down = { ...note, waiting: 0, silentMs: 0, cause: "it refused the connection" };
    await mesh.poll(question("a", 1, { notes: [down] }));
    await mesh.poll(question("b", 1, { notes: [down] }));
    const [told] = await mesh.troubles();
    expect(told).toMatchObject({ service: "shop/a", endpoint: "e", state: "down", failed: 8, isolates: 2 });
    expect(Date.now() - (told?.since ?? 0)).toBeLessThan(60_000);
    await mesh.poll(question("a", 1));
    await mesh.poll(question("b", 1));
    expect(await mesh.troubles()).toEqual([]);
  });

  it("survives the eviction of the object; receipts start anew", async () => {
    await mesh.announce({ revision: 3, generation: 9 });
    await mesh.poll(question("a", 3));
    await evictDurableObject(mesh);
    mesh = env.MESH.getByName("mesh");
    expect(await mesh.propagation(3)).toMatchObject({ head: 3, isolates: [] });
    expect(await mesh.poll(question("a", 0))).toMatchObject({ revision: 3, generation: 9 });
  });
});

describe("propagation", () => {
  it("shows who runs the revision and who does not yet", async () => {
    await mesh.announce({ revision: 7, generation: 0 });
    await mesh.poll(question("a", 7));
    await mesh.poll(question("b", 6, { colo: "FRA", edge: "edge-2" }));
    expect(await mesh.propagation(7)).toEqual({
      revision: 7,
      head: 7,
      ageMs: expect.any(Number),
      setBack: false,
      complete: false,
      current: 1,
      behind: 1,
      p99Ms: null,
      slowestMs: null,
      colos: [
        { colo: "FRA", current: 0, behind: 1 },
        { colo: "AMS", current: 1, behind: 0 },
      ],
      isolates: [
        { isolate: "a", colo: "AMS", edge: null, revision: 7, seenAt: "2026-11-23T10:00:00.000Z" },
        { isolate: "b", colo: "FRA", edge: "edge-2", revision: 6, seenAt: "2026-11-23T10:00:00.000Z" },
      ],
    });
  });

  it("times how long isolates that were behind took, not those that were born with it", async () => {
    for (const isolate of ["a", "b", "c"]) {
      await mesh.poll(question(isolate, 6));
    }
    await mesh.announce({ revision: 7, generation: 0 });
    now = START + 400;
    await mesh.poll(question("a", 7));
    await mesh.poll(question("newborn", 7));
    now = START + 1500;
    await mesh.poll(question("b", 7));
    expect(await mesh.propagation(7)).toMatchObject({ slowestMs: 1500, p99Ms: 1500, current: 3, behind: 1 });
  });

  it("times each of two revisions that an isolate takes in one step", async () => {
    await mesh.poll(question("a", 6));
    await mesh.announce({ revision: 7, generation: 0 });
    now += 1000;
    await mesh.announce({ revision: 8, generation: 0 });
    now += 500;
    await mesh.poll(question("a", 8));
    expect((await mesh.propagation(7)).slowestMs).toBe(1500);
    expect((await mesh.propagation(8)).slowestMs).toBe(500);
  });

  it("does not wait for an isolate that sleeps, because it asks before it decides again", async () => {
    await mesh.poll(question("a", 7));
    await mesh.poll(question("sleeper", 6));
    now += 2_000;
    expect(await mesh.propagation(7)).toMatchObject({ complete: false, current: 1, behind: 1 });
    now += 1;
    expect(await mesh.propagation(7)).toMatchObject({ complete: true, current: 1, behind: 0 });
    expect((await mesh.propagation(7)).isolates).toHaveLength(2);
  });

  it("waits for each edge that is kept awake, and not for one that another has taken the place of", async () => {
    const kept = (isolate: string, revision: number, edge: string) =>
      mesh.poll(question(isolate, revision, { edge, isKeptAwake: true }));
    await kept("gone", 5, "edge-1");
    await kept("b", 6, "edge-2");
    await kept("a", 7, "edge-1");
    now += 5_000;
    expect(await mesh.propagation(7)).toMatchObject({ complete: false, current: 1, behind: 1 });
    await kept("b", 7, "edge-2");
    expect(await mesh.propagation(7)).toMatchObject({ complete: true, current: 2, behind: 0 });
  });

  it("forgets isolates that have not asked for half a minute", async () => {
    await mesh.poll(question("a", 7));
    now += 20_000;
    await mesh.poll(question("b", 7));
    now += 10_001;
    expect((await mesh.propagation(7)).isolates.map(({ isolate }) => isolate)).toEqual(["b"]);
  });

  it("remembers five thousand isolates and no more, the last to ask", async () => {
    await runInDurableObject(mesh, (object) => {
      for (let n = 0; n < 5200; n++) {
        object.poll(question(`i${n}`, 1));
      }
    });
    const { isolates } = await mesh.propagation(1);
    expect(isolates.length).toBeLessThanOrEqual(5000);
    expect(isolates.at(-1)?.isolate).toBe("i5199");
  });
});
