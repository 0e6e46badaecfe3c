import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peekStrictly } from "../../src/decide/limit/strict.ts";
import { obey } from "../../src/isolate/breaker-memory.ts";
import type { Explanation } from "../../src/model/message/explanation.ts";
import { createExplain } from "../../src/proxy/explain.ts";
import type { Outlook } from "../../src/proxy/explain/imagined.ts";
import { limitersOf } from "../support/worker/limiters.ts";
import { ownTime } from "../support/worker/own-time.ts";
import { randomMesh, type RandomMesh, type RandomRequest } from "../support/worker/random-traffic.ts";
import { NOW, testMesh } from "../support/worker/test-mesh.ts";

/** Meshes, and the requests that are sent to them all together at least. */
const [RUNS, LEAST] = env.SELVAGE_LONG === "1" ? [2400, 20_000] : [40, 250];

/** A mesh, its coordinators in memory, and one who explains it. */
function explained({ yaml, lot, forced, authStatus }: RandomMesh) {
  // What is told behind a request waits as well: that must not move the clock under the request.
  const { now, sleep, pass } = ownTime(NOW);
  let counted = 0;
  const { LIMITER, of } = limitersOf(now, () => void (counted += 1));
  const BREAKER = { getByName: () => ({ sync: () => Promise.reject(new Error("silent")) }) };
  const mesh = testMesh(yaml, {
    service: ({ url }) => new Response(null, { status: url.includes("/check") ? authStatus : 200 }),
    random: [lot],
    ports: { now, sleep },
    env: { ...env, LOCAL_MESH: "", TELEMETRY: undefined, REQUESTS: undefined },
  });
  Object.assign(mesh.env, { LIMITER, BREAKER });
  const list = {
    version: 1,
    services: new Map(
      forced.map((key) => [
        key,
        { seq: 1, at: NOW, states: [{ target: "*", state: "open" as const, forMs: 3_600_000, reason: "drill" }] },
      ]),
    ),
  };
  obey(mesh.state().breakers, list, NOW);
  const outlook: Outlook = {
    live: () =>
      Promise.resolve({
        snapshot: mesh.snapshot,
        endpoints: new Map(Object.entries(mesh.snapshot.services).map(([key, { endpoints }]) => [key, endpoints])),
        checkedAt: NOW,
        stale: false,
      }),
    keys: () => null,
    heldKeys: () => null,
    now,
    newId: () => "imagined",
    state: mesh.state,
    limits: (_, policy, ask) => Promise.resolve(peekStrictly(of(policy), ask, now())),
    breakers: (_, service) =>
      Promise.resolve({
        rows: [],
        health: [],
        slots: [],
        retries: [],
        forced: forced.includes(service) ? [{ target: "*", state: "open", forMs: 3_600_000, reason: "drill" }] : [],
      }),
    health: () => Promise.resolve([]),
    draw: () => lot,
  };
  const explain = createExplain(outlook);
  const ask = async ({ method, url, headers, clientIp }: RandomRequest): Promise<Explanation> => {
    const before = counted;
    const told = await explain(
      { method, url, headers: new Headers(headers), clientAddress: clientIp, as: null, revision: null },
      new Request("http://a.example/"),
      mesh.env,
      { waitUntil: () => undefined },
    );
    if ("fault" in told) {
      throw new Error(told.detail);
    }
    expect(counted).toBe(before);
    return told;
  };
  return { mesh, ask, pass };
}

/** What `selvage-decision` says, without the revision. */
const decisionOf = (headers: { get(name: string): string | null }): string | null => headers.get("selvage-decision");

/** @returns where each request ended */
async function compare(random: RandomMesh): Promise<string[]> {
  const { mesh, ask, pass } = explained(random);
  const found: string[] = [];
  for (const request of random.requests) {
    for (let nth = 0; nth < request.times; nth++) {
      // Long enough for an isolate to have asked about everything; leases are over by then.
      pass(5000);
      const told = await ask(request);
      const before = mesh.sent.length;
      const { method, url, headers } = request;
      const answer = await mesh.send(url, { method, headers });
      await mesh.settle();
      const sent = mesh.sent.slice(before).filter((one) => !one.url.includes("/check"));
      const open = told.decisions.filter(({ outcome }) => outcome === "unknown").map(({ stage }) => stage);
      if (open.includes("external-auth") && random.authStatus !== 200) {
        expect([answer.status, sent.length]).toEqual([random.authStatus, 0]);
        found.push("external-auth refused");
        continue;
      }
      const real = {
        from: sent.length > 0 ? "service" : "mesh",
        status: sent.length > 0 ? null : answer.status,
        decision: decisionOf(answer.headers),
      };
      expect({
        from: told.answer.from,
        status: told.answer.status,
        decision: told.answer.headers["selvage-decision"] ?? null,
      }).toEqual(real);
      const [one] = sent;
      if (one !== undefined) {
        expect(
          told.endpoints
            .filter(({ eligible, why }) => eligible && why === null)
            .map(({ address }) => new URL(address).host),
        ).toContain(new URL(one.url).host);
      }
      const last = told.decisions.at(-1);
      found.push(`${last?.stage ?? ""} ${last?.outcome ?? ""}`);
    }
  }
  return found;
}

describe("an explanation", () => {
  it("agrees with what the data plane then does, for every stage, and counts nothing", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(randomMesh, async (random) => {
        for (const stage of await compare(random)) {
          seen.set(stage, (seen.get(stage) ?? 0) + 1);
        }
      }),
      { numRuns: RUNS },
    );
    expect([...seen.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThanOrEqual(LEAST);
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining(["forward passed", "authenticate refused", "limit refused"]),
    );
  }, 900_000);
});
