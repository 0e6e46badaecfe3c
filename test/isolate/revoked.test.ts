// When an isolate hears that one of the mesh's keys was revoked.
import { beforeEach, describe, expect, it } from "vitest";
import { SnapshotWorld } from "../support/snapshot-world.ts";

let world: SnapshotWorld;
beforeEach(() => {
  world = new SnapshotWorld();
});

describe("a revoked key", () => {
  it("has an idle isolate ask for keys before it decides, once", async () => {
    await world.request();
    await world.settle();
    world.revocations = 1;
    world.now += 60_000;
    await world.request();
    expect(world.doubts).toBe(1);
    world.now += 60_000;
    await world.request();
    expect(world.doubts).toBe(1);
  });

  it("is told again when it is another one", async () => {
    world.revocations = 4;
    await world.request();
    await world.settle();
    world.revocations = 5;
    world.now += 60_000;
    await world.request();
    expect(world.doubts).toBe(2);
  });

  it("costs nobody anything while there is none", async () => {
    for (let n = 0; n < 3; n++) {
      await world.request();
      world.now += 60_000;
    }
    expect(world.doubts).toBe(0);
  });
});
