// Which endpoints take part in the choice: by version, weight, priority, place and health.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balance, type Balancing } from "../../../src/decide/balance/balance.ts";
import type { Endpoint } from "../../../src/model/snapshot/snapshot.ts";
import { endpoint, how, sharesOf } from "../../support/balancing.ts";
import { seeded } from "../../sim/virtual-time.ts";

const [a, b] = [endpoint("a"), endpoint("b")];

describe("which endpoints are asked at all", () => {
  const worse = endpoint("worse", { priority: 1 });
  const ids = (chosen: readonly (Endpoint | null)[]): string => [...new Set(chosen.map((one) => one?.id))].join();
  const often = (endpoints: readonly Endpoint[], tried: string[], more: Partial<Balancing> = {}): string =>
    ids(Array.from({ length: 50 }, () => balance(endpoints, null, tried, how(endpoints, more))));

  it("only the wanted version, never drained ones", () => {
    const v1 = endpoint("v1", { version: "v1" });
    const drained = endpoint("drained", { version: "v1", weight: 0 });
    expect(balance([v1, drained, b], "v1", [], how([v1, drained, b]))).toBe(v1);
    expect(balance([drained, b], "v1", [], how([drained, b]))).toBeNull();
    expect(balance([], null, [], how([]))).toBeNull();
  });

  it("the best priority that has any; after a failure another of it, then a worse one, then the same again", () => {
    expect(often([a, worse], [])).toBe("a");
    expect(often([endpoint("a", { weight: 0 }), worse], [])).toBe("worse");
    expect(often([a, b, worse], ["a"])).toBe("b");
    expect(often([a, b, worse], ["a", "b"])).toBe("worse");
    expect(often([a, worse], ["a", "worse"])).toBe("a");
  });

  it("a worse priority as soon as too few of the better one are healthy", () => {
    const three = [a, b, worse];
    const isHealthy = (one: Endpoint): boolean => one !== b;
    expect(sharesOf(three, how(three, { isHealthy }))).toMatchObject({ b: 0 });
    const share = sharesOf(three, how(three, { isHealthy }))["a"] ?? 0;
    expect(share).toBeGreaterThan(68);
    expect(share).toBeLessThan(72);
  });

  it("in panic everyone that may be asked, and never who may not", () => {
    const isHealthy = (): boolean => false;
    const mayAsk = (one: Endpoint): boolean => one !== a;
    expect(often([a, b], [], { isHealthy, mayAsk })).toBe("b");
    expect(often([a, worse], [], { isHealthy, mayAsk })).toBe("worse");
    expect(often([a, b], ["b"], { isHealthy, mayAsk })).toBe("b");
    // The share of a rank where nobody may be asked is not lost, wherever that rank stands.
    const barred = how([a, worse], { isHealthy, mayAsk: (one) => one === a });
    expect(sharesOf([a, worse], barred)).toEqual({ a: 100, worse: 0 });
    expect(balance([a], null, [], how([a], { isHealthy, mayAsk }))).toBeNull();
  });

  it("everyone in panic, and nobody when panic is switched off", () => {
    const isHealthy = (): boolean => false;
    const { a: first = 0 } = sharesOf([a, b], how([a, b], { isHealthy }));
    expect(first).toBeGreaterThan(45);
    expect(first).toBeLessThan(55);
    const failover = { overprovisioning: 140, panicThreshold: 0 };
    expect(balance([a, b], null, [], how([a, b], { isHealthy, failover }))).toBeNull();
  });

  it("of equal priority the near ones, and others only for what is missing of their health", () => {
    const near = [endpoint("n1"), endpoint("n2")];
    const far = [endpoint("f1"), endpoint("f2")];
    const all = [...far, ...near];
    const tierOf = ({ id }: Endpoint): number => (id.startsWith("n") ? 0 : 1);
    expect(sharesOf(all, how(all, { tierOf, policy: "round-robin" }))).toEqual({ f1: 0, f2: 0, n1: 50, n2: 50 });
    expect(often(far, [], { tierOf })).toMatch(/^f/);
    const shares = sharesOf(all, how(all, { tierOf, isHealthy: ({ id }) => id !== "n2" }));
    expect(shares["n2"]).toBe(0);
    expect(shares["n1"]).toBeGreaterThan(68);
    expect(shares["n1"]).toBeLessThan(72);
    expect(often(all, [], { tierOf, isHealthy: ({ id }) => id.startsWith("f") })).toMatch(/^f/);
    expect(often([...all, worse], ["n1", "n2"], { tierOf })).toMatch(/^f/);
  });

  it("a worse priority that is near only after a better one that is far", () => {
    const tierOf = ({ id }: Endpoint): number => (id === "worse" ? 0 : 1);
    expect(often([a, worse], [], { tierOf })).toBe("a");
    expect(often([a, worse], [], { tierOf, isHealthy: (one) => one !== a })).toBe("worse");
  });

  it("nobody elsewhere when the order does not say any", () => {
    const tierOf = (one: Endpoint): number => (one === a ? 0 : -1);
    expect(often([a, b], [], { tierOf })).toBe("a");
    expect(often([a, b], ["a"], { tierOf })).toBe("a");
    expect(balance([b], null, [], how([b], { tierOf }))).toBeNull();
  });

  it("one that can be used whenever there is one, whatever the policy", () => {
    const arbitrary = fc.array(
      fc.record({ weight: fc.integer({ min: 0, max: 3 }), priority: fc.integer({ min: 0, max: 2 }) }),
      { maxLength: 6 },
    );
    const policy = fc.constantFrom(...(["peak-ewma", "least-request", "round-robin", "random", "ring-hash"] as const));
    fc.assert(
      fc.property(arbitrary, policy, fc.nat(), fc.subarray(["e0", "e1", "e2"]), (list, name, seed, tried) => {
        const endpoints = list.map((more, at) => endpoint(`e${at}`, more));
        const chosen = balance(
          endpoints,
          null,
          tried,
          how(endpoints, { policy: name, random: seeded(seed), key: "k" }),
        );
        const usable = endpoints.filter(({ weight }) => weight > 0);
        const fresh = usable.filter(({ id }) => !tried.includes(id));
        if (usable.length === 0) {
          expect(chosen).toBeNull();
        } else if (fresh.length > 0) {
          expect(fresh).toContain(chosen);
        } else {
          expect(usable).toContain(chosen);
        }
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});
