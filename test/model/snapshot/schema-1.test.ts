// A snapshot of schema 1 as the last release that wrote it made it of schema-1.yaml, against what is made of that today.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromSchema1, type SnapshotOf1 } from "../../../src/model/snapshot/schema-1.ts";
import { OLDEST_SNAPSHOT_SCHEMA, schemaFault, SNAPSHOT_SCHEMA } from "../../../src/model/snapshot/schema.ts";
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { compiled, heldBy } from "../../support/compiled.ts";

const stored = (): SnapshotOf1 => JSON.parse(readFileSync(new URL("schema-1.json", import.meta.url), "utf8"));
const now = compiled(readFileSync(new URL("schema-1.yaml", import.meta.url), "utf8"), { revision: 7 }).snapshot;

/** The snapshot with all that holds written out, as far as both releases could say it. */
function written({ policies, services, router, ...rest }: Snapshot) {
  const tables = { policies } as Snapshot;
  type Place = Snapshot["services"][string] | Snapshot["router"]["rules"][number]["backends"][number];
  const place = ({ policies: indexes, ...more }: Place) => {
    const { traffic, ...held } = heldBy(tables, { policies: indexes });
    return { ...more, ...held, calls: traffic?.calls ?? null, circuit: traffic?.circuit ?? null };
  };
  const rule = ({
    policies: indexes,
    timeouts: _own,
    filters,
    backends,
    ...more
  }: Snapshot["router"]["rules"][number]) => {
    // Limits hold for requests that go to a service.
    const { authentication, authorizations } = heldBy(tables, { policies: indexes });
    const named = filters.map((filter) => (filter.type === "Fault" ? policies.fault?.[filter.fault] : filter));
    return { ...more, authentication, authorizations, filters: named, backends: backends.filter(isCalled).map(place) };
  };
  const rules = router.rules.map(rule);
  return { ...rest, services: Object.values(services).map(place), router: { ...router, rules } };
}
const isCalled = ({ target }: { readonly target: object }): boolean => "service" in target;

describe("a snapshot of schema 1", () => {
  it("says after reading what a new one says", () => {
    expect(written(fromSchema1(stored()))).toEqual(written(now));
    expect(written(now).router.rules.some(({ filters }) => filters.some((one) => one && "abort" in one))).toBe(true);
  });

  it("has each policy once, and every index leads to one", () => {
    const { policies, services, router } = fromSchema1(stored());
    const texts = (policies.traffic ?? []).map((one) => JSON.stringify(one));
    expect(new Set(texts).size).toBe(texts.length);
    expect(policies.fault?.map(({ policy }) => policy).toSorted()).toEqual(["shop/chaos", "shop/named"]);
    for (const place of [...Object.values(services), ...router.rules, ...router.rules.flatMap((one) => one.backends)]) {
      for (const [table, held] of Object.entries(place.policies)) {
        const rows = policies[table as keyof typeof policies] ?? [];
        expect([held].flat().every((index) => index in rows)).toBe(true);
      }
    }
  });

  it("is as it was when nothing was attached", () => {
    const { router, services } = stored();
    const bare = { ...stored(), services: {}, router: { ...router, rules: [] } };
    const { limits: _, circuits: _c, authentications: _a, authorizations: _z, ...rest } = bare;
    expect(fromSchema1(rest)).toEqual({ ...rest, schema: 2, policies: {} });
    expect(Object.keys(services)).not.toEqual([]);
  });
});

describe("what is said of a snapshot's schema", () => {
  it("is nothing for those that this release reads: its own and the one before", () => {
    expect([OLDEST_SNAPSHOT_SCHEMA, SNAPSHOT_SCHEMA].map((schema) => schemaFault(schema))).toEqual([null, null]);
  });

  it("is for the next release, which reads the new one only, how to get rid of the old one", () => {
    expect(schemaFault(1, 2)).toBe(
      "It has schema 1, of an earlier release; this one reads schema 2. Apply any change, or roll back to the revision in force: it is then compiled anew.",
    );
  });

  it("is of a later one that somebody has deployed it", () => {
    expect(schemaFault(3)).toBe(
      "It has schema 3, of a later release; this one reads schemas 1 to 2. Deploy the later release everywhere.",
    );
  });
});
