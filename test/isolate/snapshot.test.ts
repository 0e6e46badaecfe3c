// An isolate's view of the mesh: when it asks, what it takes over, and what it does when nobody answers.
import { beforeEach, describe, expect, it } from "vitest";
import { endpoint, SnapshotWorld, snapshotOf, START } from "../support/snapshot-world.ts";

const HOUR_MS = 3_600_000;

let world: SnapshotWorld;
beforeEach(() => {
  world = new SnapshotWorld();
});

/** The isolate has loaded revision 1 and reported it. */
async function warm(): Promise<void> {
  await world.request();
  await world.settle();
  world.takeCalls();
}

describe("a cold isolate", () => {
  it("loads from the registry itself, and reports what it found to the mesh object", async () => {
    world.announced = { revision: 0, generation: 0 };
    const live = await world.request();
    await world.settle();
    expect(live).toMatchObject({ snapshot: { revision: 1 }, checkedAt: START, stale: false });
    expect(world.takeCalls()).toEqual(["forced", "newest", "changes 0", "poll 1/0"]);
  });

  it("serves an empty registry", async () => {
    world.snapshots = [snapshotOf(0)];
    world.head = { revision: 0, generation: 0 };
    expect((await world.request())?.snapshot.revision).toBe(0);
  });

  it("has nothing to decide with while the registry cannot be reached, and asks again for the next request", async () => {
    world.broken.add("newest");
    expect(await world.request()).toBeNull();
    world.broken.clear();
    expect((await world.request())?.snapshot.revision).toBe(1);
  });

  it("has nothing to decide with when the registry has no snapshot of a shape that it knows", async () => {
    world.snapshots = [];
    expect(await world.request()).toBeNull();
  });

  it("loads once for many requests, which wait without sharing a promise", async () => {
    world.delayMs = 50;
    const lives = await world.requests(20);
    expect(lives.map((live) => live?.snapshot.revision)).toEqual(Array(20).fill(1));
    await world.settle();
    expect(world.takeCalls()).toEqual(["forced", "newest", "changes 0", "poll 1/0"]);
  });

  it("gives up after five seconds when nobody answers", async () => {
    world.delayMs = HOUR_MS;
    expect(await world.request()).toBeNull();
    expect(world.now - START).toBe(5000);
  });

  it("does not need the mesh object", async () => {
    world.broken.add("poll");
    expect((await world.request())?.stale).toBe(false);
    await world.settle();
  });
});

describe("a warm isolate", () => {
  beforeEach(warm);

  it("asks nobody within the interval", async () => {
    world.now += 500;
    expect((await world.request())?.snapshot.revision).toBe(1);
    await world.settle();
    expect(world.takeCalls()).toEqual([]);
  });

  it("keeps to the interval that the mesh object asked for", async () => {
    world.pollMs = 1800;
    world.now += 501;
    await world.request();
    await world.settle();
    expect(world.takeCalls()).toEqual(["poll 1/0"]);
    world.now += 1800;
    await world.request();
    expect(world.takeCalls()).toEqual([]);
  });

  it("serves at once up to two seconds, and takes over what is new behind the request", async () => {
    world.publish(snapshotOf(2, "orders", "search"));
    world.now += 1000;
    const before = world.now;
    expect((await world.request())?.snapshot.revision).toBe(1);
    expect(world.now).toBe(before);
    await world.settle();
    expect((await world.request())?.snapshot.revision).toBe(2);
    expect(world.takeCalls(), "the last question is the receipt").toEqual(["poll 1/0", "snapshot 2", "poll 2/0"]);
  });

  it("refreshes once for many requests", async () => {
    world.now += 1000;
    await world.requests(50);
    await world.settle();
    expect(world.takeCalls()).toEqual(["poll 1/0"]);
  });

  it("that slept asks before it decides", async () => {
    world.publish(snapshotOf(2, "orders"));
    world.now += 2001;
    world.delayMs = 30;
    for (const live of await world.requests(5)) {
      expect(live).toMatchObject({ snapshot: { revision: 2 }, stale: false });
    }
    expect(world.takeCalls().filter((call) => call.startsWith("snapshot"))).toHaveLength(1);
  });

  it("skips revisions that it missed", async () => {
    world.publish(snapshotOf(2, "orders"));
    world.publish(snapshotOf(5, "orders"));
    world.now += 2001;
    expect((await world.request())?.snapshot.revision).toBe(5);
  });

  it("that slept for half a day starts over: it may have missed removals", async () => {
    world.now += 13 * HOUR_MS;
    world.changes = { generation: 4, changed: [endpoint("a")], removed: [] };
    await world.request();
    await world.settle();
    expect(world.takeCalls().slice(0, 3)).toEqual(["forced", "newest", "changes 0"]);
  });

  it("never goes back, whatever the mesh object or the registry say", async () => {
    world.announced = { revision: 0, generation: 0 };
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 1 }, stale: false });
    world.announced = { revision: 2, generation: 0 };
    world.snapshots = [snapshotOf(0)];
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 1 }, stale: true });
  });
});

describe("endpoints", () => {
  beforeEach(warm);

  const ids = async () => (await world.request())?.endpoints.get("shop/orders")?.map(({ id }) => id);

  it("that registered come as a delta, without a new snapshot", async () => {
    world.changes = { generation: 1, changed: [endpoint("a")], removed: [] };
    world.announced = { revision: 1, generation: 1 };
    world.now += 2001;
    expect(await ids()).toEqual(["a"]);
    expect(world.takeCalls()).toEqual(["poll 1/0", "changes 0"]);
    world.changes = {
      generation: 3,
      changed: [endpoint("b")],
      removed: [{ namespace: "shop", service: "orders", id: "a" }],
    };
    world.announced = { revision: 1, generation: 3 };
    world.now += 2001;
    expect(await ids()).toEqual(["b"]);
    expect(world.takeCalls()).toEqual(["poll 1/1", "changes 1"]);
  });

  it("stay when a new snapshot comes", async () => {
    world.changes = { generation: 1, changed: [endpoint("a")], removed: [] };
    world.announced = { revision: 1, generation: 1 };
    world.now += 2001;
    await world.request();
    world.publish(snapshotOf(2, "orders", "search"));
    world.announced = { revision: 2, generation: 1 };
    world.now += 2001;
    expect(await ids()).toEqual(["a"]);
  });

  it("do not change under a request that holds them", async () => {
    const held = await world.request();
    world.changes = { generation: 1, changed: [endpoint("a")], removed: [] };
    world.announced = { revision: 1, generation: 1 };
    world.now += 2001;
    await world.request();
    expect(held?.endpoints.get("shop/orders")).toEqual([]);
  });
});

describe("when the mesh object cannot be reached", () => {
  beforeEach(warm);

  it("the registry is asked instead", async () => {
    world.broken.add("poll");
    world.publish(snapshotOf(2, "orders"));
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 2 }, stale: false });
    expect(world.takeCalls().slice(0, 3)).toEqual(["poll 1/0", "head", "snapshot 2"]);
  });
});

describe("when nobody can be reached", () => {
  beforeEach(async () => {
    await warm();
    world.broken.add("poll").add("head");
  });

  it("the last good snapshot serves, and says that it is stale", async () => {
    world.now += 60_000;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 1 }, checkedAt: START, stale: true });
    expect(world.now, "a refusal is an answer: nobody waits for another").toBe(START + 60_000);
    expect(world.takeCalls()).toEqual(["poll 1/0", "head"]);
  });

  it("one request waits for the answer that does not come, not all of them", async () => {
    world.broken.clear();
    world.delayMs = HOUR_MS;
    world.now += 60_000;
    const before = world.now;
    for (const live of await world.requests(10)) {
      expect(live).toMatchObject({ stale: true });
    }
    expect(world.now - before).toBe(1000);
    await world.requests(10);
    world.now += 5000;
    await world.requests(10);
    expect(world.now - before).toBe(6000);
  });

  it("attempts go on behind the requests, at most one a second", async () => {
    world.now += 60_000;
    await world.request();
    world.takeCalls();
    for (let at = 0; at < 50; at++) {
      world.now += 100;
      await world.request();
      await world.settle();
    }
    expect(world.takeCalls().filter((call) => call === "head").length).toBeLessThanOrEqual(5);
  });

  it("the snapshot is fresh again with the first answer", async () => {
    world.now += 60_000;
    await world.request();
    world.broken.clear();
    world.now += 1001;
    await world.request();
    await world.settle();
    expect(await world.request()).toMatchObject({ stale: false, checkedAt: world.now });
  });

  it("the last good serves for a day, and not a millisecond longer", async () => {
    world.broken.add("newest");
    world.now = START + 24 * HOUR_MS;
    expect((await world.request())?.snapshot.revision).toBe(1);
    world.now = START + 24 * HOUR_MS + 1;
    expect(await world.request()).toBeNull();
  });
});

describe("a snapshot that cannot be taken over", () => {
  beforeEach(async () => {
    await warm();
    world.head = { revision: 2, generation: 0 };
    world.announced = world.head;
  });

  it("leaves the last good one in place, marked stale, and is not fetched again with each question", async () => {
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 1 }, stale: true });
    expect(world.takeCalls()).toEqual(["poll 1/0", "snapshot 2", "newest"]);
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 1 }, stale: true });
    expect(world.takeCalls()).toEqual(["poll 1/0"]);
  });

  it("is tried again after half a minute", async () => {
    world.now += 2001;
    await world.request();
    world.snapshots.push(snapshotOf(2, "orders"));
    world.now += 30_000;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 2 }, stale: false });
  });

  it("does not stand in the way of the next one", async () => {
    world.now += 2001;
    await world.request();
    world.publish(snapshotOf(3, "orders"));
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 3 }, stale: false });
  });

  it("gives way to the newest one that can be read, between the two", async () => {
    world.snapshots.push(snapshotOf(2, "orders"));
    world.head = { revision: 3, generation: 0 };
    world.announced = world.head;
    world.now += 2001;
    expect(await world.request()).toMatchObject({ snapshot: { revision: 2 }, stale: true });
  });
});
