// Of many policies, those that may say something about a request.
import { describe, expect, it } from "vitest";
import { candidatesAmong } from "../../../src/decide/authorize/candidates.ts";
import type { Authorization } from "../../../src/model/snapshot/access.ts";
import { application, asked, caller, policies, workload } from "../../support/policies.ts";

const range = (many: number): number[] => Array.from({ length: many }, (_, at) => at);
const kept = (table: readonly Authorization[], question: Parameters<typeof asked>[0], held = [...table.keys()]) =>
  candidatesAmong(table, held, asked(question));

describe("of a thousand policies", () => {
  const byPath = policies(...range(1000).map((at) => `action: ALLOW, rules: [{to: [{paths: [/orders-${at}/*]}]}]`));
  const byCaller = policies(
    ...range(40).map((at) => `action: DENY, rules: [{from: [{principals: [mesh.local/ns/shop/sa/w${at}]}]}]`),
    ...range(40).map((at) => `action: DENY, rules: [{from: [{namespaces: [n${at}]}, {applications: [n${at}/kiosk]}]}]`),
  );

  it("those are asked whose paths may be the request's", () => {
    expect(kept(byPath, { path: "/orders-7/1" })).toEqual([7]);
    expect(kept(byPath, { path: "/x", otherPaths: ["/orders-9/1"] })).toEqual([9]);
    expect(kept(byPath, { path: "/orders-7%2F1" })).toEqual([7]);
    expect(kept(byPath, { path: "/" })).toEqual([]);
  });

  it("those are asked whose callers may be the request's", () => {
    expect(kept(byCaller, { caller: caller({ workload: workload("w3") }) })).toEqual([3]);
    expect(kept(byCaller, { caller: caller({ workload: workload("w3", "n5") }) })).toEqual([45]);
    expect(kept(byCaller, { caller: caller({ application: application("kiosk", "n6") }) })).toEqual([46]);
    expect(kept(byCaller, {})).toEqual([]);
  });

  it("those are always asked that name neither, and those that are missing", () => {
    const open = policies("action: DENY, rules: [{}]", "action: DENY, rules: [{to: [{paths: ['*/items']}]}]");
    const table = [...byPath.slice(0, 20), ...open];
    expect(kept(table, { path: "/orders-3/x" }, [99, 21, ...range(20), 20])).toEqual([99, 21, 3, 20]);
  });

  it("the rarer of two words is what a policy stands under", () => {
    const same = "from: [{principals: [mesh.local/ns/shop/sa/web]}]";
    const table = policies(...range(30).map((at) => `action: ALLOW, rules: [{${same}, to: [{paths: [/p${at}]}]}]`));
    expect(kept(table, { caller: caller({ workload: workload("web") }), path: "/p4" })).toEqual([4]);
  });

  it("two tables are not mixed up, nor two places of one", () => {
    const other = policies(...range(1000).map(() => "action: DENY, rules: [{}]"));
    const held = range(20);
    expect([kept(byPath, { path: "/orders-7/1" }, held), kept(other, {}, held)]).toEqual([[7], held]);
    expect(kept(byPath, { path: "/orders-7/1" }, range(30).toReversed())).toEqual([7]);
    expect(kept(byPath, { path: "/orders-7/1" }, [...range(17), 7, 7])).toEqual([7, 7, 7]);
  });
});

describe("where an index would take too much memory", () => {
  it("all are asked, as before", () => {
    const table = policies(...range(1000).map((at) => `action: ALLOW, rules: [{to: [{paths: [/orders-${at}/*]}]}]`));
    const places = range(130).map((at) => [...table.keys()].filter((index) => index !== at));
    const asking = places.map((held) => kept(table, { path: "/orders-999/1" }, held).length);
    expect(asking.slice(0, 100).every((many) => many === 1)).toBe(true);
    expect(asking.slice(102).every((many) => many === 999)).toBe(true);
  });

  it("a path of ever so many segments costs a few looks", () => {
    const deep = `/${"a/".repeat(40)}`;
    const table = policies(...range(20).map((at) => `action: ALLOW, rules: [{to: [{paths: [${deep}${at}/*]}]}]`));
    expect(kept(table, { path: `${deep}3/x` }).length, "they share their first segments").toBe(20);
    expect(kept(table, { path: "/a/".repeat(4000) })).toEqual([]);
  });
});
