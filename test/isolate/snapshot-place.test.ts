// Which clusters an isolate takes for near, and when it learns where it is.
import { expect, it } from "vitest";
import { HeldSnapshot } from "../../src/isolate/snapshot.ts";
import type { ClusterPlace, Snapshot } from "../../src/model/snapshot/snapshot.ts";
import { SnapshotWorld, snapshotOf } from "../support/snapshot-world.ts";

const cluster = (region: string, ...continents: string[]): ClusterPlace => ({
  region,
  continents,
  colos: [],
  private: false,
});
const clusters = { "eu-1": cluster("eu", "EU"), "us-1": cluster("us", "NA") };
const withClusters = (revision: number, of: Snapshot["clusters"]): Snapshot => ({
  ...snapshotOf(revision, "orders"),
  ...(of === undefined ? {} : { clusters: of }),
});

it("near is what the snapshot's clusters say of the isolate's place, and follows each revision", async () => {
  const world = new SnapshotWorld();
  world.snapshots = [withClusters(1, clusters)];
  expect((await world.request())?.near).toEqual(new Set(["eu-1"]));
  await world.settle();
  world.publish(withClusters(2, { ...clusters, "eu-2": cluster("eu") }));
  world.now += 3000;
  expect((await world.request())?.near).toEqual(new Set(["eu-1", "eu-2"]));
  await world.settle();
  world.publish(withClusters(3, undefined));
  world.now += 3000;
  expect((await world.request())?.near).toBeNull();
});

it("an isolate that was born of an admin call learns where it is from the first request that can tell, and only once", async () => {
  const world = new SnapshotWorld();
  world.snapshots = [withClusters(1, clusters)];
  const mesh = new HeldSnapshot("isolate-1", null);
  const current = async () => {
    const live = await mesh.current(world.ports, { waitUntil: () => undefined }, world.now);
    return live?.near;
  };
  expect(await current()).toBeNull();
  mesh.locate(() => ({ region: null, colo: "IAD", continent: "NA" }));
  expect(await current()).toEqual(new Set(["us-1"]));
  mesh.locate(() => {
    throw new Error("asked twice");
  });
});
