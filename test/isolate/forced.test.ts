// When an isolate hears of what operators force.
import { beforeEach, describe, expect, it } from "vitest";
import type { ForcedList } from "../../src/model/message/forced.ts";
import { SnapshotWorld, START } from "../support/snapshot-world.ts";

let world: SnapshotWorld;
beforeEach(() => {
  world = new SnapshotWorld();
});

describe("what operators force", () => {
  const orders: ForcedList = {
    version: 7,
    services: new Map([
      ["shop/orders", { seq: 1, states: [{ target: "*", state: "open", forMs: 60_000, reason: "x" }] }],
    ]),
  };

  it("reaches a cold isolate before it decides anything", async () => {
    world.forced = orders;
    await world.request();
    expect(world.heard).toEqual([[7, START]]);
  });

  it("does not keep a cold isolate waiting where the mesh object does not answer", async () => {
    world.broken.add("forced").add("poll");
    expect((await world.request())?.snapshot.revision).toBe(1);
    expect(world.heard).toEqual([]);
    await world.settle();
  });

  it("reaches an idle isolate with the question that it asks before it decides, and is told once", async () => {
    await world.request();
    await world.settle();
    world.forced = orders;
    world.now += 60_000;
    await world.request();
    expect(world.heard).toEqual([[7, START + 60_000]]);
    world.now += 60_000;
    await world.request();
    expect(world.heard).toHaveLength(1);
  });
});
