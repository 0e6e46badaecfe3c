import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balance, type Balancing } from "../../src/decide/balance.ts";
import { loadIn, pageOf, type EndpointBook } from "../../src/decide/endpoint-book.ts";
import { began, ended } from "../../src/decide/endpoint-load.ts";
import { DEFAULT_FAILOVER } from "../../src/decide/failover.ts";
import { rendezvous } from "../../src/decide/rendezvous.ts";
import type { Endpoint } from "../../src/model/snapshot.ts";
import { seeded } from "../sim/virtual-time.ts";

const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: { url: `http://${id}.example` },
  cluster: "local",
  version: null,
  weight: 1,
  priority: 0,
  ...more,
});

const how = (endpoints: readonly Endpoint[], more: Partial<Balancing> = {}): Balancing => ({
  policy: "peak-ewma",
  key: "",
  failover: DEFAULT_FAILOVER,
  isHealthy: null,
  mayAsk: null,
  tierOf: null,
  page: pageOf(new Map(), "shop/one", endpoints, 0),
  nowMs: 0,
  random: seeded(4),
  ...more,
});

const served = (page: Balancing["page"], one: Endpoint, tookMs: number, nowMs = 0): void => {
  const load = loadIn(page, one)!;
  began(load, nowMs);
  ended(load, nowMs, tookMs, nowMs);
};

/** Shares in percent of `rounds` choices. */
function sharesOf(endpoints: readonly Endpoint[], balancing: Balancing, rounds = 10_000): Record<string, number> {
  const counts = Object.fromEntries(endpoints.map(({ id }) => [id, 0]));
  for (let round = 0; round < rounds; round++) {
    const chosen = balance(endpoints, null, [], balancing);
    if (chosen !== null) counts[chosen.id] = (counts[chosen.id] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, Math.round((100 * count) / rounds)]));
}

const [a, b, c] = [endpoint("a"), endpoint("b"), endpoint("c")];

describe("peak-ewma", () => {
  it("spreads evenly over endpoints that are alike", () => {
    const { a: first = 0, b: second = 0, c: third = 0 } = sharesOf([a, b, c], how([a, b, c]));
    expect(Math.max(first, second, third) - Math.min(first, second, third)).toBeLessThanOrEqual(2);
  });

  it("leaves the slowest of three, whichever is drawn beside it", () => {
    const balancing = how([a, b, c]);
    served(balancing.page, a, 10);
    served(balancing.page, b, 10);
    served(balancing.page, c, 200);
    expect(sharesOf([a, b, c], balancing)["c"]).toBe(0);
  });

  it("asks one that is not known before one that is", () => {
    const balancing = how([a, b]);
    served(balancing.page, a, 10);
    expect(balance([a, b], null, [], balancing)).toBe(b);
    began(loadIn(balancing.page, b)!, 0);
    expect(balance([a, b], null, [], balancing)).toBe(a);
  });

  it("keeps weights that differ, as long as none is clearly worse", () => {
    const heavy = endpoint("heavy", { weight: 95 });
    const light = endpoint("light", { weight: 5 });
    const balancing = how([heavy, light]);
    expect(sharesOf([heavy, light], balancing)).toEqual({ heavy: 95, light: 5 });
    served(balancing.page, heavy, 30);
    served(balancing.page, light, 10);
    expect(sharesOf([heavy, light], balancing)["light"]).toBeLessThanOrEqual(6);
    served(balancing.page, heavy, 5000);
    expect(sharesOf([heavy, light], balancing)).toEqual({ heavy: 0, light: 100 });
  });
});

describe("least-request", () => {
  it("takes the one of two with less in flight", () => {
    const balancing = how([a, b], { policy: "least-request" });
    began(loadIn(balancing.page, a)!, 0);
    expect(sharesOf([a, b], balancing)).toEqual({ a: 0, b: 100 });
  });

  it("overrules a weight only when four times as much is in flight", () => {
    const heavy = endpoint("heavy", { weight: 9 });
    const balancing = how([heavy, b], { policy: "least-request" });
    const load = loadIn(balancing.page, heavy)!;
    for (let one = 0; one < 3; one++) began(load, 0);
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 90, b: 10 });
    began(load, 0);
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 0, b: 100 });
  });
});

describe("round-robin", () => {
  it("goes round by weight, without bursts", () => {
    const heavy = endpoint("h", { weight: 5 });
    const balancing = how([heavy, b, c], { policy: "round-robin" });
    const turns = Array.from({ length: 14 }, () => balance([heavy, b, c], null, [], balancing)?.id);
    expect(turns.join("")).toBe("hhbhchhhhbhchh");
  });
});

describe("random", () => {
  it("draws by weight, whatever the load", () => {
    const heavy = endpoint("heavy", { weight: 3 });
    const balancing = how([heavy, b], { policy: "random" });
    served(balancing.page, heavy, 9999);
    expect(sharesOf([heavy, b], balancing)).toEqual({ heavy: 75, b: 25 });
  });
});

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
      for (let at = 0; at < count; at++) began(loadIn(balancing.page, one)!, 0);
    };
    for (const one of others) fly(one, 8);
    // With this one 1.25 × (72 + n + 1) / 10 = 10.4 at n = 10: eleven fit, the twelfth does not.
    fly(home, 10);
    expect(balance(many, null, [], balancing)).toBe(home);
    fly(home, 1);
    expect(balance(many, null, [], balancing)).toBe(rendezvous(others, "hot"));
    ended(loadIn(balancing.page, home)!, 0, 5, 0);
    expect(balance(many, null, [], balancing)).toBe(home);
  });

  it("keeps four requests of a key together, however little else is in flight", () => {
    const balancing = how(many, { policy: "ring-hash", key: "x" });
    const taken = Array.from({ length: 5 }, () => {
      const one = balance(many, null, [], balancing)!;
      began(loadIn(balancing.page, one)!, 0);
      return one.id;
    });
    expect(new Set(taken.slice(0, 4)).size).toBe(1);
    expect(taken[4]).not.toBe(taken[0]);
  });

  it("never lets an endpoint hold more than its bound, and moves no key that is not over it", () => {
    const flights = fc.array(fc.record({ key: fc.nat(6), stays: fc.boolean() }), { minLength: 1, maxLength: 120 });
    const weights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(flights, weights, (requests, heavy) => {
        const endpoints = heavy.map((weight, at) => endpoint(`e${at}`, { weight }));
        const sum = heavy.reduce((all, one) => all + one, 0);
        const balancing = how(endpoints, { policy: "ring-hash" });
        const held = new Map(endpoints.map(({ id }) => [id, 0]));
        let all = 0;
        for (const { key, stays } of requests) {
          const one = balance(endpoints, null, [], { ...balancing, key: `k${key}` })!;
          const load = loadIn(balancing.page, one)!;
          const bound = (weight: number): number => Math.max(4, Math.ceil((1.25 * (all + 1) * weight) / sum));
          expect((held.get(one.id) ?? 0) + 1).toBeLessThanOrEqual(bound(one.weight));
          const home = rendezvous(endpoints, `k${key}`)!;
          if ((held.get(home.id) ?? 0) < bound(home.weight)) expect(one).toBe(home);
          began(load, 0);
          if (stays) {
            held.set(one.id, (held.get(one.id) ?? 0) + 1);
            all += 1;
          } else ended(load, 0, 1, 0);
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
          for (let one = 0; one < count % 4; one++) began(loadIn(balancing.page, endpoints[at]!)!, 0);
        });
        const before = balance(endpoints, null, [], balancing);
        const after = balance(fewer, null, [], balancing);
        if (before !== endpoints[gone % loads.length]) expect(after).toBe(before);
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

describe("slow start", () => {
  it("lets an endpoint that joins take a tenth of its share, growing for 30 s", () => {
    const book: EndpointBook = new Map();
    pageOf(book, "shop/one", [a], 0);
    const both = [a, b];
    const page = pageOf(book, "shop/one", both, 100_000);
    const at = (nowMs: number): number | undefined => sharesOf(both, how(both, { page, nowMs, policy: "random" }))["b"];
    expect([at(100_000), at(115_000), at(130_000)]).toEqual([9, 33, 50]);
  });

  it("holds for peak-ewma, although nothing is known of the newcomer", () => {
    const book: EndpointBook = new Map();
    served(pageOf(book, "shop/one", [a], 0), a, 10, 100_000);
    const both = [a, b];
    const page = pageOf(book, "shop/one", both, 100_000);
    expect(sharesOf(both, how(both, { page, nowMs: 100_000 }))["b"]).toBe(9);
  });
});

describe("the endpoint book", () => {
  it("starts nobody slowly who was there when the service was met", () => {
    const page = pageOf(new Map(), "shop/one", [a, b], 5000);
    expect(loadIn(page, a)?.joinedAtMs).toBeNull();
  });

  it("forgets endpoints that are gone, keeps those that stay, and takes a new address for a newcomer", () => {
    const book: EndpointBook = new Map();
    const before = pageOf(book, "shop/one", [a, b], 0);
    const kept = loadIn(before, a);
    const moved = endpoint("c", { address: { url: "http://elsewhere.example" } });
    pageOf(book, "shop/one", [a, c], 1000);
    const page = pageOf(book, "shop/one", [a, moved], 2000);
    expect(loadIn(page, a)).toBe(kept);
    expect(loadIn(page, b)).toBeNull();
    expect(loadIn(page, moved)?.joinedAtMs).toBe(2000);
    expect(book.size).toBe(1);
  });

  it("holds at most 2000 services", () => {
    const book: EndpointBook = new Map();
    for (let at = 0; at < 2100; at++) pageOf(book, `shop/s${at}`, [a], 0);
    expect(book.size).toBe(2000);
    expect(book.has("shop/s0")).toBe(false);
  });
});

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
        if (usable.length === 0) expect(chosen).toBeNull();
        else if (fresh.length > 0) expect(fresh).toContain(chosen);
        else expect(usable).toContain(chosen);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});
