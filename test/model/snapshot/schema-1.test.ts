// schema-1.json is a snapshot of schema 1, made of schema-1.yaml by the last release that wrote it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromSchema1, type SnapshotOf1 } from "../../../src/model/snapshot/schema-1.ts";
import { OLDEST_SNAPSHOT_SCHEMA, schemaFault, SNAPSHOT_SCHEMA } from "../../../src/model/snapshot/schema.ts";
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { heldBy } from "../../support/compiled.ts";

const stored = (): SnapshotOf1 => JSON.parse(readFileSync(new URL("schema-1.json", import.meta.url), "utf8"));

describe("a snapshot of schema 1", () => {
  it("has in its rules' filters what they named", () => {
    const filtersOf = ({
      router,
    }: {
      readonly router: { readonly rules: SnapshotOf1["router"]["rules"] | Snapshot["router"]["rules"] };
    }) => router.rules.flatMap(({ filters }) => [...filters]);
    const { policies } = fromSchema1(stored());
    const read = filtersOf(fromSchema1(stored())).map((filter) =>
      "fault" in filter ? Object.assign({ type: filter.type }, policies.fault?.[filter.fault]) : filter,
    );
    expect(read).toEqual(filtersOf(stored()));
    expect(read.map(({ type }) => type)).toContain("Fault");
  });

  it("has at every place what it had there, found by number", () => {
    const old = stored();
    const read = fromSchema1(old);
    const oldRules = old.router.rules.flatMap((rule) => [rule, ...rule.backends]);
    const rules = read.router.rules.flatMap((rule) => [rule, ...rule.backends]);
    const before = [...Object.values(old.services), ...oldRules];
    for (const [at, place] of [...Object.values(read.services), ...rules].entries()) {
      const { circuit, calls = null, fault, limits = [], authentication, authorizations = [] } = before[at] ?? {};
      const held = heldBy(read, place);
      expect(held.traffic?.circuit ?? undefined).toEqual(circuit === undefined ? undefined : old.circuits?.[circuit]);
      expect(held.traffic?.calls ?? null).toEqual(calls);
      expect(held.fault).toEqual(fault);
      expect(held.limits).toEqual(limits.map((index) => old.limits?.[index]));
      expect(held.authentication).toEqual(
        authentication === undefined ? undefined : old.authentications?.[authentication],
      );
      expect(held.authorizations).toEqual(authorizations.map((index) => old.authorizations?.[index]));
      expect([place.ownAuthentication, place.foreign]).toEqual([before[at]?.ownAuthentication, before[at]?.foreign]);
    }
    expect(before.length).toBeGreaterThan(10);
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
