import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balance } from "../../../src/decide/balance/balance.ts";
import { loadIn } from "../../../src/decide/balance/endpoint-stats.ts";
import { began, ended } from "../../../src/decide/balance/endpoint-load.ts";
import { rendezvous } from "../../../src/decide/balance/rendezvous.ts";
import type { Endpoint } from "../../../src/model/snapshot/snapshot.ts";
import { endpoint, how } from "../../support/balancing.ts";

describe("ring-hash", () => {
  const many = Array.from({ length: 10 }, (_, at) => endpoint(`e${at}`));
  const keys = Array.from({ length: 5000 }, (_, at) => `key ${at}`);

  it("gives one key one endpoint, whatever the order of the list", () => {
    for (const key of keys.slice(0, 100)) {
      const one = balance(many, null, [], how(many, { policy: "ring-hash", key }));
      expect(balance(many.toReversed(), null, [], how(many, { policy: "ring-hash", key }))).toBe(one);
    }
  });

  it("moves only the keys of an endpoint that goes", () => {
    const fewer = many.slice(1);
    const moved = keys.filter((key) => rendezvous(many, key) !== rendezvous(fewer, key));
    expect(moved.every((key) => rendezvous(many, key)?.id === "e0")).toBe(true);
    expect(moved.length).toBeGreaterThan(400);
    expect(moved.length).toBeLessThan(600);
  });

  it("gives endpoints keys by their weight", () => {
    const weighted = [endpoint("a", { weight: 3 }), endpoint("b")];
    const share = keys.filter((key) => rendezvous(weighted, key)?.id === "a").length / keys.length;
    expect(share).toBeGreaterThan(0.73);
    expect(share).toBeLessThan(0.77);
  });

  it("sends a hot key on to its next endpoint when its own is over 1.25 times its share, and home again", () => {
    const balancing = how(many, { policy: "ring-hash", key: "hot" });
    const home = rendezvous(many, "hot")!;
    const others = many.filter((one) => one !== home);
    const fly = (one: Endpoint, count: number): void => {
      for (let at = 0; at < count; at++) {
        began(loadIn(balancing.stats, one)!, 0);
      }
    };
    for (const one of others) {
      fly(one, 8);
    }
    // With this one 1.25 × (72 + n + 1) / 10 = 10.4 at n = 10: eleven fit, the twelfth does not.
    fly(home, 10);
    expect(balance(many, null, [], balancing)).toBe(home);
    fly(home, 1);
    expect(balance(many, null, [], balancing)).toBe(rendezvous(others, "hot"));
    ended(loadIn(balancing.stats, home)!, 0, 5, 0);
    expect(balance(many, null, [], balancing)).toBe(home);
  });

  it("keeps four requests of a key together, however little else is in flight", () => {
    const balancing = how(many, { policy: "ring-hash", key: "x" });
    const taken = Array.from({ length: 5 }, () => {
      const one = balance(many, null, [], balancing)!;
      began(loadIn(balancing.stats, one)!, 0);
      return one.id;
    });
    expect(new Set(taken.slice(0, 4)).size).toBe(1);
    expect(taken[4]).not.toBe(taken[0]);
  });

  it("never lets an endpoint hold more than its bound, and moves no key that is not over it", () => {
    const begun = fc.array(fc.record({ key: fc.nat(6), stays: fc.boolean() }), { minLength: 1, maxLength: 120 });
    const weights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(begun, weights, (requests, heavy) => {
        const endpoints = heavy.map((weight, at) => endpoint(`e${at}`, { weight }));
        const sum = heavy.reduce((all, one) => all + one, 0);
        const balancing = how(endpoints, { policy: "ring-hash" });
        const held = new Map(endpoints.map(({ id }) => [id, 0]));
        let all = 0;
        for (const { key, stays } of requests) {
          const one = balance(endpoints, null, [], { ...balancing, key: `k${key}` })!;
          const load = loadIn(balancing.stats, one)!;
          const bound = (weight: number): number => Math.max(4, Math.ceil((1.25 * (all + 1) * weight) / sum));
          expect((held.get(one.id) ?? 0) + 1).toBeLessThanOrEqual(bound(one.weight));
          const home = rendezvous(endpoints, `k${key}`)!;
          if ((held.get(home.id) ?? 0) < bound(home.weight)) {
            expect(one).toBe(home);
          }
          began(load, 0);
          if (stays) {
            held.set(one.id, (held.get(one.id) ?? 0) + 1);
            all += 1;
          } else {
            ended(load, 0, 1, 0);
          }
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it("moves only keys of an endpoint that goes or comes, under load too", () => {
    const arbitrary = fc.tuple(fc.array(fc.nat(30), { minLength: 3, maxLength: 8 }), fc.nat(1000), fc.nat(7));
    fc.assert(
      fc.property(arbitrary, ([loads, key, gone]) => {
        const endpoints = loads.map((_, at) => endpoint(`e${at}`));
        const fewer = endpoints.filter((_, at) => at !== gone % loads.length);
        const balancing = how(endpoints, { policy: "ring-hash", key: `k${key}` });
        // Loads within the bound of both lists: then it does not matter who else is there.
        loads.forEach((count, at) => {
          for (let one = 0; one < count % 4; one++) {
            began(loadIn(balancing.stats, endpoints[at]!)!, 0);
          }
        });
        const before = balance(endpoints, null, [], balancing);
        const after = balance(fewer, null, [], balancing);
        if (before !== endpoints[gone % loads.length]) {
          expect(after).toBe(before);
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it("goes to the key's next endpoint after a failure", () => {
    const first = rendezvous(many, "x")!;
    const balancing = how(many, { policy: "ring-hash", key: "x" });
    expect(balance(many, null, [first.id], balancing)).toBe(
      rendezvous(
        many.filter((one) => one !== first),
        "x",
      ),
    );
  });
});
