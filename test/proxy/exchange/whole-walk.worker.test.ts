// However a request goes, it ends the same: at once, by what the isolate remembers and with nobody listening, or anew,
// with nothing remembered, everything waited for and each step told. Answer, what the service gets, what is counted.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { obey } from "../../../src/isolate/breaker-memory.ts";
import { CallerMemory } from "../../../src/isolate/caller-memory.ts";
import { newProofMemory } from "../../../src/isolate/proof-memory.ts";
import { SharedTick } from "../../../src/isolate/shared-tick.ts";
import { RouteMemory } from "../../../src/isolate/route-memory.ts";
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { problems } from "../../../src/model/word/problem.ts";
import { secretDigest } from "../../../src/tokens/secret-digest.ts";
import { limitersOf } from "../../support/worker/limiters.ts";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import { randomMesh, randomRequest, type RandomMesh, type RandomRequest } from "../../support/worker/random-traffic.ts";
import { NOW, testMesh, type Sent } from "../../support/worker/test-mesh.ts";

/** Meshes, requests that each is sent beside its own, and all of them together at least. */
const [RUNS, MORE, LEAST] = env.SELVAGE_LONG === "1" ? [1350, 24, 100_000] : [35, 8, 1000];
/** Whoever waits longer waits for what leaves the isolate by time, which is no part of a request. */
const LONGEST_MS = 1000;
/** From request to request. Within one the clock stands still, since a wait that lost a race would move it. */
const STEP_MS = 50;

const keys = await meshKeys("k");
/** The application n1/app, by the credentials that some requests show. */
const clients = {
  a: {
    kind: "Application" as const,
    namespace: "n1",
    name: "app",
    secrets: [{ digest: await secretDigest(keys.pepper, "b"), expiresAtMs: null }],
  },
};

/** As many as anything takes that waits for no timer. */
async function turns(): Promise<void> {
  for (let nth = 0; nth < 60; nth++) {
    await Promise.resolve();
  }
}

type Way = "remembered" | "anew";

/** An isolate of its own, with the mesh's objects in memory. */
function isolate({ yaml, lot, forced, authStatus }: RandomMesh, way: Way) {
  let now = NOW;
  let calls = 0;
  const { LIMITER } = limitersOf(
    () => now,
    () => void (calls += 1),
  );
  const mesh = testMesh(yaml, {
    service: ({ url }) =>
      new Response(url.includes("/check") ? null : `from ${url}`, {
        status: url.includes("/check") ? authStatus : 200,
        headers: { "x-service": "1", "selvage-path": "/never" },
      }),
    random: [lot],
    env: { ...env, LOCAL_MESH: "", TELEMETRY: { getByName: () => ({}) }, REQUESTS: undefined },
    ports: {
      now: () => now,
      current: () => (way === "anew" ? Promise.resolve(live(structuredClone(snapshot))) : remembered),
      keys: () => (way === "anew" ? Promise.resolve(keys) : keys),
      // A call at once, watched by the tick, and one that is waited for, with a timer of its own.
      tick: way === "anew" ? null : new SharedTick(),
      sleep: (ms) => (ms < LONGEST_MS ? turns() : new Promise(() => undefined)),
    },
    ...(way === "anew" ? {} : { traced: false }),
  });
  const BREAKER = { getByName: () => ({ sync: () => Promise.reject(new Error("silent")) }) };
  Object.assign(mesh.env, { LIMITER, BREAKER });
  const identities = { contracts: {}, tiered: {}, trust: [], ...mesh.snapshot.identities, clients };
  const snapshot: Snapshot = { ...mesh.snapshot, identities };
  const endpoints = new Map(Object.entries(snapshot.services).map(([key, one]) => [key, one.endpoints]));
  const live = (of: Snapshot) => ({ snapshot: of, endpoints, checkedAt: NOW, stale: false, near: null });
  const remembered = live(snapshot);
  const state = {
    seq: 1,
    at: NOW,
    states: [{ target: "*", state: "open" as const, forMs: 3_600_000, reason: "drill" }],
  };
  obey(mesh.state().breakers, { version: 1, services: new Map(forced.map((key) => [key, state])) }, NOW);

  const forget = (): void => {
    const { authorities, assertions, meshTokens } = mesh.state();
    for (const memory of [authorities, assertions, meshTokens]) {
      memory.clear();
    }
    Object.assign(mesh.state(), {
      routes: new RouteMemory(),
      callers: new CallerMemory(),
      proofs: newProofMemory(),
    });
  };
  return {
    async send({ method, url, headers }: RandomRequest): Promise<string> {
      if (way === "anew") {
        forget();
      }
      const from = mesh.sent.length;
      now += STEP_MS;
      const answer = await mesh.send(url, { method, headers });
      // What goes on behind the answer comes to its end.
      await turns();
      return told({
        status: answer.status,
        headers: sorted(answer.headers),
        body: await answer.text(),
        sent: mesh.sent.slice(from).map(asSent),
        calls,
      });
    },
    counted: (): string => {
      const rows = mesh.state().observing.signals.take();
      return told(rows.map((row) => told(row)).toSorted());
    },
    knows: (): number => mesh.state().routes.size + mesh.state().callers.size,
  };
}

const told = (value: unknown): string => JSON.stringify(value);
const sorted = (headers: Headers): unknown => [...headers].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** An assertion is used for half of its life: it says the same, and may say it from a moment ago. */
function asSent({ url, method, headers, body }: Sent): unknown {
  const assertion = headers.get("selvage-assertion");
  if (assertion !== null) {
    const claims = atob(assertion.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "");
    headers.set("selvage-assertion", claims.replace(/,"iat":\d+,"exp":\d+/, ""));
  }
  return { url, method, headers: sorted(headers), body };
}

describe("a request", () => {
  it("ends the same by what an isolate remembers and anew, and is counted the same", async () => {
    let requests = 0;
    let known = 0;
    const statuses = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        randomMesh,
        fc.array(randomRequest, { minLength: MORE, maxLength: MORE }),
        async (random, more) => {
          const [one, other] = [isolate(random, "remembered"), isolate(random, "anew")];
          for (const request of [...random.requests, ...more]) {
            // Once more, for what was remembered of it.
            for (let nth = 0; nth <= request.times; nth++) {
              const answer = await one.send(request);
              expect(answer).toBe(await other.send(request));
              // What went wrong both ways is alike, too.
              expect(answer).not.toContain(problems.internal.code);
              requests += 1;
              const status = answer.slice(10, 13);
              statuses.set(status, (statuses.get(status) ?? 0) + 1);
            }
          }
          expect(one.counted()).toBe(other.counted());
          known += one.knows();
        },
      ),
      { numRuns: RUNS, ...(env.SELVAGE_LONG === "1" ? {} : { seed: 1 }) },
    );
    expect(requests).toBeGreaterThanOrEqual(LEAST);
    expect(known).toBeGreaterThan(RUNS);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining(["200", "302", "401", "403", "404", "429", "503"]));
  }, 900_000);
});
