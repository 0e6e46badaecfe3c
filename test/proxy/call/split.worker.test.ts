import { describe, expect, it } from "vitest";
import { takeForced } from "../../../src/decide/breaker/forced.ts";
import { breakersOf } from "../../../src/isolate/breaker-memory.ts";
import { WHOLE_SERVICE } from "../../../src/model/snapshot/circuit.ts";
import {
  dealing,
  SVC,
  hosts,
  versions,
  plain,
  named,
  STICKY,
  gate,
  object,
  V1,
  V2,
} from "../../support/worker/dealing-mesh.ts";
import { NOW, routeYaml, serviceYaml, type Service } from "../../support/worker/test-mesh.ts";

describe("a Rollout deals", () => {
  it("requests by the weight that is in force", async () => {
    const dealt = async (lot: number): Promise<string[]> => versions(dealing({ random: [lot] }), plain(1));
    expect([await dealt(0), await dealt(0.0999), await dealt(0.1001), await dealt(0.9)]).toEqual([
      ["two"],
      ["two"],
      ["one"],
      ["one"],
    ]);
  });

  it("nobody to a canary whose weight is not known, or 0", async () => {
    expect(await versions(dealing({ share: null }), plain(3))).toEqual(["one", "one", "one"]);
    expect(await versions(dealing({ share: { weight: 0 } }), plain(3))).toEqual(["one", "one", "one"]);
  });

  it("everybody to it at 100", async () => {
    const mesh = dealing({ share: { weight: 100 }, random: [1 - Number.EPSILON] });
    expect(await versions(mesh, plain(2))).toEqual(["two", "two"]);
  });

  it("a caller to one version, and only more callers to the canary when the weight is raised", async () => {
    const callers = Array.from({ length: 60 }, (_, nth) => named(nth));
    const dealt = async (weight: number): Promise<string[]> =>
      versions(dealing({ more: STICKY, share: { weight } }), callers);
    const [ten, again, half] = [await dealt(10), await dealt(10), await dealt(50)];
    expect(again).toEqual(ten);
    expect(ten).toContain("two");
    ten.forEach((version, nth) => expect(version === "two" && half[nth] === "one").toBe(false));
    expect(half.filter((one) => one === "two").length).toBeGreaterThan(15);
  });

  it("what its match names to the canary, whatever the weight, and counts none of it", async () => {
    const more = ", match: [{headers: [{name: X-Canary, value: '1'}]}]";
    const mesh = dealing({ more, share: { weight: 0 }, env: { ROLLOUT: object([]) }, ports: gate().ports });
    expect(await versions(mesh, [{ headers: { "x-canary": "1" } }, { headers: { "x-canary": "2" } }])).toEqual([
      "two",
      "one",
    ]);
    expect(mesh.state().rollouts.tallies.get("shop/orders")?.open?.canary.requests).toBe(0);
  });

  it.each([
    ["was taken back", { weight: 0, isOut: true as const }],
    ["nobody has heard of", null],
  ])("what its match names to the stable version where the canary %s", async (_, share) => {
    const mesh = dealing({ more: ", match: [{headers: [{name: X-Canary, value: '1'}]}]", share });
    expect(await versions(mesh, [{ headers: { "x-canary": "1" } }])).toEqual(["one"]);
  });

  it("not what a rule sends to a version by itself", async () => {
    const others = routeYaml("[{backendRefs: [{group: selvage.dev, name: orders, version: v2}]}]");
    const mesh = dealing({ others, share: { weight: 0 } });
    await mesh.send("http://shop.example/");
    expect(hosts(mesh)).toEqual(["two"]);
  });

  it("what a rule sends to the service as a whole", async () => {
    const others = routeYaml("[{backendRefs: [{group: selvage.dev, name: orders}]}]");
    const mesh = dealing({ others, random: [0.5, 0.05, 0] });
    await mesh.send("http://shop.example/");
    expect(hosts(mesh)).toEqual(["two"]);
  });

  it("copies and questions of a route to the version that everybody has", async () => {
    const filter = "{type: RequestMirror, requestMirror: {backendRef: {group: selvage.dev, name: orders}}}";
    const others =
      serviceYaml("shop") + routeYaml(`[{filters: [${filter}], backendRefs: [{group: selvage.dev, name: shop}]}]`);
    for (const [weight, version] of [
      [99, "one"],
      [100, "two"],
    ] as const) {
      const mesh = dealing({ others, share: { weight }, random: [0.99] });
      await mesh.send("http://shop.example/");
      await mesh.settle();
      expect(hosts(mesh)).toContain(version);
    }
  });
});

describe("a canary that cannot be asked", () => {
  it("leaves its share to the stable version", async () => {
    const mesh = dealing({ endpoints: `[${V1}, {url: "http://two.example", version: v2, weight: 0}]` });
    expect(await versions(mesh, plain(2))).toEqual(["one", "one"]);
    expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
  });

  it("is asked all the same where nobody else is there", async () => {
    expect(await versions(dealing({ endpoints: `[${V2}]` }), plain(1))).toEqual(["two"]);
    expect(await versions(dealing({ endpoints: `[${V2}]`, share: null }), plain(1))).toEqual(["two"]);
  });

  it("is told to the controller when its breaker keeps requests back", async () => {
    const others = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  retry: {attempts: 0}
  circuitBreaker: {window: 10s, minRequests: 5, failurePercent: 50}
---
`;
    const failing: Service = ({ url }) => new Response(null, { status: url.includes("two") ? 500 : 200 });
    const mesh = dealing({
      others,
      service: failing,
      share: { weight: 60 },
      env: { ROLLOUT: object([]) },
      ports: gate().ports,
    });
    const seen = await versions(mesh, plain(40));
    expect(seen.slice(0, 5)).toEqual(["two", "two", "two", "two", "two"]);
    expect(seen.at(-1)).toBe("one");
    expect(mesh.state().rollouts.tallies.get("shop/orders")?.open?.refused).toBeGreaterThan(0);
  });
});

it("a service that an operator shut as a whole says nothing about its canary", async () => {
  const others = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}
---
`;
  const mesh = dealing({ others, share: { weight: 100 }, env: { ROLLOUT: object([]) }, ports: gate().ports });
  const states = [{ target: WHOLE_SERVICE, state: "open" as const, reason: "restore", forMs: 60_000 }];
  takeForced(breakersOf(mesh.state().breakers, "shop/orders"), { seq: 1, states }, NOW);
  expect((await mesh.send(SVC)).status).toBe(503);
  expect(mesh.state().rollouts.tallies.get("shop/orders")).toBeUndefined();
});
