import { expect, it } from "vitest";
import { nearClusters, tiersOf, type Place } from "../../../src/decide/balance/locality.ts";
import type { ClusterPlace, Endpoint } from "../../../src/model/snapshot/snapshot.ts";

const cluster = (more: Partial<ClusterPlace>): ClusterPlace => ({
  region: null,
  continents: [],
  colos: [],
  private: false,
  ...more,
});
const clusters = {
  ams: cluster({ region: "eu", colos: ["AMS", "FRA"], continents: ["EU"] }),
  waw: cluster({ region: "eu-east", continents: ["EU"] }),
  spare: cluster({ region: "eu" }),
  iad: cluster({ region: "us", continents: ["NA"] }),
  lone: cluster({ continents: ["NA"] }),
};
const place = (more: Partial<Place>): Place => ({ region: null, colo: null, continent: null, ...more });
const near = (more: Partial<Place>, of: Readonly<Record<string, ClusterPlace>> = clusters): string[] | null => {
  const found = nearClusters(of, place(more));
  return found === null ? null : [...found].sort();
};

it.each([
  ["that names the data centre, with its whole region", { colo: "AMS", continent: "EU" }, ["ams", "spare"]],
  [
    "that names the continent, when none names the data centre",
    { colo: "MAD", continent: "EU" },
    ["ams", "spare", "waw"],
  ],
  ["without a region, by itself", { colo: "IAD", continent: "NA" }, ["iad", "lone"]],
  ["of the region that the operator names, whatever the platform says", { region: "us", colo: "AMS" }, ["iad"]],
  ["none, where no cluster is near", { colo: "SYD", continent: "OC" }, []],
])("a cluster is near %s", (_, where, expected) => {
  expect(near(where)).toEqual(expected);
});

it("nothing is known of a place that nobody told, or among clusters that say nothing", () => {
  expect(near({})).toBeNull();
  expect(near({ colo: "AMS", continent: "EU" }, { one: cluster({ region: "eu" }) })).toBeNull();
  expect(near({ region: "eu" }, { one: cluster({}) })).toBeNull();
  expect(nearClusters(undefined, place({ colo: "AMS" }))).toBeNull();
});

it("the order of a policy ranks endpoints by it; what it leaves out is never asked", () => {
  const endpoint = (name: string): Endpoint => ({
    id: name,
    address: { url: "http://a.example" },
    cluster: name,
    version: null,
    weight: 1,
    priority: 0,
  });
  const tiers = (order: readonly ("same-region" | "any")[] | undefined): (number | undefined)[] => {
    const failover = { overprovisioning: 140, panicThreshold: 50, ...(order === undefined ? {} : { order }) };
    const tierOf = tiersOf(failover, new Set(["ams"]));
    return ["ams", "iad"].map((name) => tierOf?.(endpoint(name)));
  };
  expect(tiers(undefined)).toEqual([0, 1]);
  expect(tiers(["same-region", "any"])).toEqual([0, 1]);
  expect(tiers(["same-region"])).toEqual([0, -1]);
  for (const order of [["any"], ["any", "same-region"], []] as const) {
    expect(tiers(order)).toEqual([undefined, undefined]);
  }
  expect(tiersOf({ overprovisioning: 140, panicThreshold: 50 }, null)).toBeNull();
});
