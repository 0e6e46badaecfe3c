// The data plane with its outside world replaced: a mesh compiled from documents, a fixed clock, chosen random numbers,
// and services that are functions. What a test asserts about is what was sent, what came back, and what was traced.
import type { Jwks } from "../../../src/isolate/ports.ts";
import { adapters } from "../../../src/adapters/adapters.ts";
import type { Env } from "../../../src/env/env.ts";
import type { IsolateState } from "../../../src/isolate/state.ts";
import { RECEIVABLE } from "../../../src/model/snapshot/receive.ts";
import type { Endpoint, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import type { Ports } from "../../../src/proxy/exchange/exchange.ts";
import { ownState } from "../../../src/proxy/exchange/ports.ts";
import { createExternalDecision } from "../../../src/proxy/external-decision.ts";
import { createProxy } from "../../../src/proxy/pipeline.ts";
import { createRateLimitService } from "../../../src/proxy/limit/rate-limit-service.ts";
import { compileMesh } from "../raw/compile-mesh.ts";

export const NOW = Date.UTC(2026, 0, 1, 12);

export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
  readonly signal: AbortSignal | null;
}

export type Service = (sent: Sent, nth: number) => Response | Promise<Response>;

export interface TestMesh {
  readonly snapshot: Snapshot;
  /** What the isolate remembers. */
  readonly state: () => IsolateState;
  readonly env: Env;
  readonly send: (url: string, init?: RequestInit) => Promise<Response>;
  /** A proxy's question to one of the adapters. */
  readonly ask: (url: string, init?: RequestInit) => Promise<Response>;
  /** Every request to a service, mirrors and authorization services included, in order. */
  readonly sent: Sent[];
  readonly slept: number[];
  readonly traced: (readonly [stage: string, facts: Readonly<Record<string, unknown>>])[];
  /** Waits for everything that was handed to `waitUntil`. */
  readonly settle: () => Promise<void>;
}

export interface TestMeshOptions {
  readonly service?: Service;
  readonly env?: Readonly<Record<string, unknown>>;
  /** Each call's number, the last one for ever; 0 without it. */
  readonly random?: readonly number[];
  readonly ports?: Partial<Ports>;
  /** false: as production sends, where nobody listens but the mesh itself. */
  readonly traced?: false;
  /** Clusters near to the isolate; absent = nobody knows where it is. */
  readonly near?: ReadonlySet<string>;
}

/** No key set can be had. */
const noJwks: Jwks = { current: () => null, newer: () => Promise.resolve(null), retryMs: () => 2000 };

export function testMesh(yaml: string, options: TestMeshOptions = {}): TestMesh {
  const snapshot = compileMesh(yaml);
  const endpoints = new Map<string, readonly Endpoint[]>();
  for (const [key, service] of Object.entries(snapshot.services)) {
    endpoints.set(key, service.endpoints);
  }
  const sent: Sent[] = [];
  const slept: number[] = [];
  const traced: TestMesh["traced"] = [];
  const waiting: Promise<unknown>[] = [];
  const random = [...(options.random ?? [0])];
  const service = options.service ?? (() => new Response("hello"));
  const ports: Ports = {
    current: () => Promise.resolve({ snapshot, endpoints, checkedAt: NOW, stale: false, near: options.near ?? null }),
    keys: () => null,
    jwks: noJwks,
    now: () => NOW,
    random: () => (random.length > 1 ? random.shift() : random[0]) ?? 0,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const body = request.body === null ? null : await request.text();
      const one = {
        url,
        method: request.method,
        headers: new Headers(init.headers),
        body,
        signal: init.signal ?? null,
      };
      return service(one, sent.push(one));
    },
    newId: () => "new-id",
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    tick: null,
    callerStillMs: 30_000,
    socketCheckMs: 10_000,
    mistaken: (error) => reportError(error),
    ...options.ports,
  };
  const state = ownState(ports);
  const proxy = createProxy(ports, state);
  const judge = createExternalDecision(ports, state);
  const rateLimits = createRateLimitService(ports, state);
  // Only what a test sets is there: a binding that is missing must not come from the test Worker's own.
  const env = { TRUST_DOMAIN: "mesh.local", LOCAL_MESH: "true", ...options.env } as unknown as Env;
  const ctx = { waitUntil: (promise: Promise<unknown>) => void waiting.push(promise) } as unknown as ExecutionContext;
  return {
    snapshot,
    state,
    env,
    sent,
    slept,
    traced,
    send: async (url, init) =>
      proxy(
        new Request(url, { redirect: "manual", ...init }),
        env,
        ctx,
        options.traced === false ? undefined : (stage, facts) => void traced.push([stage, facts]),
      ),
    ask: async (url, init) => adapters(new Request(url, init), env, ctx, judge, rateLimits),
    settle: async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        await one;
      }
    },
  };
}

/** For `more` of a service that is told what it is not told by default. */
export const TOLD_MORE = `, receive: [${RECEIVABLE.join()}]`;

/** A service document with one endpoint, or with the endpoints given as YAML flow. */
export function serviceYaml(name: string, endpoints = `[{url: "http://${name}.example"}]`, more = ""): string {
  return `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {exposure: public, endpoints: ${endpoints}${more}}
---
`;
}

/** An HTTPRoute in namespace shop on shop.example, with the rules given as YAML flow or an indented block. */
export function routeYaml(rules: string, name = "route", hostnames = "[shop.example]"): string {
  return `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec:
  hostnames: ${hostnames}
  rules: ${rules}
---
`;
}

/** The problem that an answer is. */
export async function problemOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`not a problem: ${response.status} ${await response.text()}`);
  }
  return response.json();
}
