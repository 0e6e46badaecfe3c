// A snapshot as text: read in parts it is what it is when it is read whole.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import { snapshotFrom, writeSnapshot } from "../../src/store/snapshot-text.ts";
import { compiled } from "../support/compiled.ts";
import { sized } from "../support/long.ts";

const textOf = (snapshot: Snapshot): string => [...writeSnapshot(snapshot)].join("");

const MESH = `
apiVersion: selvage.dev/v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { endpoints: [{ url: https://orders.example }] }
---
apiVersion: selvage.dev/v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { endpoints: [{ url: https://cart.example }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop, namespace: shop }
spec:
  hostnames: [shop.example.com]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /orders }, headers: [{ name: X-Flag, value: 'ä"}],"matches":[' }] }]
      backendRefs: [{ name: orders, port: 80 }]
    - backendRefs: [{ name: cart, port: 80 }]
`;
const { snapshot: mesh } = compiled(MESH);

/** Whatever JSON can say, in the places of services, rules and matches: nothing here looks inside. */
const anything = fc.json({ maxDepth: 2 }).map((text): object => ({ value: JSON.parse(text) }));
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}\/[a-z0-9-]{1,8}$/);
const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    services: fc.uniqueArray(fc.tuple(name, anything), { maxLength: 12, selector: ([key]) => key }),
    rules: fc.array(anything, { maxLength: 6 }),
    matches: fc.array(anything, { maxLength: 6 }),
    entries: anything,
    programs: fc.array(anything, { maxLength: 1 }),
  })
  .map(({ services, ...parts }) => meshOf(Object.fromEntries(services), parts));

function meshOf(services: object, parts: object): Snapshot {
  return { ...mesh, services, router: { ...mesh.router, ...parts } } as unknown as Snapshot;
}

describe("a snapshot that is read in parts", () => {
  it("is the one that was written, in whatever order it is looked at", () => {
    fc.assert(
      fc.property(snapshots, fc.array(fc.nat(20)), (snapshot, looks) => {
        const read = snapshotFrom(textOf(snapshot)) as Snapshot;
        const keys = Object.keys(snapshot.services);
        for (const look of looks) {
          const key = keys[look % (keys.length + 1)] ?? "shop/nobody";
          expect(read.services[key]).toEqual(snapshot.services[key]);
          expect(read.router.rules[look]).toEqual(snapshot.router.rules[look]);
          expect(read.router.matches[look]).toEqual(snapshot.router.matches[look]);
        }
        expect(read).toEqual(snapshot);
        expect(JSON.parse(JSON.stringify(read))).toEqual(snapshot);
      }),
      { numRuns: sized(300, 20_000) },
    );
  });

  it("is one JSON value, as earlier releases read it", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const { parts, partsLength, ...whole } = JSON.parse(textOf(snapshot));
        expect(JSON.stringify(parts)).toHaveLength(partsLength);
        expect(whole).toEqual(snapshot);
      }),
      { numRuns: sized(100, 5000) },
    );
  });

  it("reads what is asked for, once", () => {
    const read = snapshotFrom(textOf(mesh)) as Snapshot;
    const { services, router } = read;
    expect(services["shop/orders"]).toBe(services["shop/orders"]);
    expect(router.rules[0]).toBe(router.rules[0]);
    expect(router.rules.map(({ name: rule }) => rule)).toEqual(["0", "1"]);
    expect([...router.matches].map(({ rule }) => rule)).toEqual(mesh.router.matches.map(({ rule }) => rule));
  });

  it("has the names that were written, and none of every object's", () => {
    const { services, router } = snapshotFrom(textOf(mesh)) as Snapshot;
    expect(Object.keys(services)).toEqual(["shop/cart", "shop/orders"]);
    expect("shop/cart" in services && Object.hasOwn(services, "shop/cart")).toBe(true);
    expect(
      ["shop/car", "shop/carts", "", "toString", "__proto__"].filter((key) => Object.hasOwn(services, key)),
    ).toEqual([]);
    expect(services["shop/nobody"]).toBeUndefined();
    expect([router.rules[2], router.rules[-1], router.rules.length]).toEqual([undefined, undefined, 2]);
    expect(["01", "2", "1e0", "-1", "4294967296"].some((key) => key in router.rules)).toBe(false);
  });

  it("may be one that a release wrote which knew no parts", () => {
    expect(snapshotFrom(JSON.stringify(mesh))).toEqual(mesh);
  });

  it("is written in pieces that are short", () => {
    const services = Object.fromEntries(
      Array.from({ length: 3000 }, (_, at) => [`shop/s${at}`, { ...mesh.services["shop/orders"], name: `s${at}` }]),
    );
    const pieces = [...writeSnapshot({ ...mesh, services } as Snapshot)];
    expect(pieces.length).toBeGreaterThan(15);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  });
});

describe("a text that is not what it says", () => {
  const text = textOf(mesh);

  it.each([
    ["is cut short", text.slice(0, -1)],
    ["has a table of another length", text.replace(/"partsLength":\d+/, `"partsLength":7`)],
    ["has a table with one part too few", text.replace(/"rules":\[\d+,/, `"rules":[`)],
    ["has a table of other lengths", text.replace(/"matches":\[\d+/, `"matches":[1`)],
    [
      "has parts without a table",
      text.replace(/^\{"partsLength":\d+,"parts":\{[^}]*\}/, `{"partsLength":2,"parts":{}`),
    ],
  ])("is refused when it %s", (_, damaged) => {
    expect(damaged).not.toBe(text);
    expect(() => snapshotFrom(damaged)).toThrow();
  });

  it("is refused where it is damaged, when that part is read", () => {
    const { services } = snapshotFrom(text.replace(`"shop/cart":{`, `"shop/cart":[`)) as Snapshot;
    expect(() => services["shop/cart"]).toThrow(SyntaxError);
    expect(services["shop/orders"]).toEqual(mesh.services["shop/orders"]);
  });
});
