// What objects of this release must go on answering: an isolate of the release before calls them so during a
// deployment. Lists and samples are only ever added to.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { CircuitBreaker, JwksCache, KeyRing, Mesh, Presence, RateLimiter } from "../../src/index.ts";

describe("an object of this release", () => {
  it.each([
    ["Mesh", Mesh, ["poll", "announce", "expireAt", "propagation", "tellHealth", "health", "troubles"]],
    ["Presence", Presence, ["grant", "renew", "drop", "reconcile"]],
    ["RateLimiter", RateLimiter, ["sync", "take", "giveBack", "usage", "demand", "calls"]],
    ["CircuitBreaker", CircuitBreaker, ["sync", "states", "force"]],
    ["JwksCache", JwksCache, ["ask"]],
    ["KeyRing", KeyRing, ["material", "view", "rotate", "revoke"]],
  ])("%s has the methods of release 0.1", (_, { prototype }, methods) => {
    const names = Object.getOwnPropertyNames(prototype);
    expect(methods.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("in the words of release 0.1", () => {
  let name: string;
  beforeEach(() => {
    name = `rpc/${crypto.randomUUID()}`;
  });
  const terms = { algorithm: "gcra", requests: 10, windowMs: 60_000, burst: 10 } as const;

  it("an isolate polls the mesh object", async () => {
    const question = { isolate: "old", edge: null, colo: null, revision: 3, generation: 1 };
    const answer = await env.MESH.getByName(name).poll(question);
    expect(answer).toMatchObject({ revision: 3, generation: 1, pollMs: 500 });
  });

  it("an isolate reports breakers, without slots, retries and health", async () => {
    const report = { isolate: "old", seq: 1, policies: [] };
    const reply = await env.BREAKER.getByName(name).sync(report);
    expect(reply).toMatchObject({ seq: 1, verdicts: [], probes: [], ejections: [], forced: [] });
  });

  it("an isolate asks for quota, without refusals and demand", async () => {
    const want = { limit: "one", key: "", perSecond: 1, have: 0, waiting: 1, giveBack: 0, grant: 0 };
    const ask = { isolate: "old", seq: 1, terms: { one: terms }, wants: [want] };
    const reply = await env.LIMITER.getByName(name).sync(ask);
    expect(reply?.grants).toMatchObject([{ limit: "one", key: "", grant: 1 }]);
  });

  it("an isolate asks under strict limits", async () => {
    const ask = { isolate: "old", buckets: [{ limit: "one", key: "", terms }] };
    const answer = await env.LIMITER.getByName(name).take(ask);
    expect(answer).toMatchObject({ allowed: true, violated: null });
  });

  it("an isolate fetches the mesh's keys", async () => {
    const answer = await env.KEYRING.getByName(name).material(null);
    expect(Object.keys(answer).sort()).toEqual(["accepted", "pepper", "signing", "tag"]);
  });

  it("a registration takes a lease", async () => {
    const grant = { key: "shop/orders/a", ttlMs: 10_000, lease: "one" };
    const [granted] = await env.PRESENCE.getByName(name).grant([grant]);
    expect(granted).toMatchObject({ key: "shop/orders/a" });
    const [renewed] = await env.PRESENCE.getByName(name).renew(["shop/orders/a"]);
    expect(renewed?.expiresAt).not.toBeNull();
  });
});
