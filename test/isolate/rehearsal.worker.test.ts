import { afterEach, describe, expect, it, vi } from "vitest";
import { imaginedMesh } from "../../src/isolate/imagined-mesh.ts";
import { rehearse } from "../../src/proxy/rehearsal.ts";
import { compileMesh } from "../support/raw/compile-mesh.ts";

/** What a script that starts may not do (workerd throws there), and what others would notice. */
const FORBIDDEN: readonly (readonly [object, string])[] = [
  [globalThis, "fetch"],
  [globalThis, "setTimeout"],
  [globalThis, "setInterval"],
  [Math, "random"],
  [crypto, "randomUUID"],
  [crypto, "getRandomValues"],
  [console, "log"],
  [console, "warn"],
  [console, "error"],
];

describe("the rehearsal of a script that starts", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("comes to an answer of an imagined service, three times", async () => {
    expect(await rehearse()).toEqual([200, 200, 200]);
  });

  it("asks nobody, sets no timer, draws no lot, and says nothing", async () => {
    const calls: string[] = [];
    for (const [owner, name] of FORBIDDEN) {
      vi.spyOn(owner as Record<string, () => unknown>, name).mockImplementation(() => {
        calls.push(name);
        throw new Error(`${name} is not to be had while a script starts`);
      });
    }
    expect(await rehearse()).toEqual([200, 200, 200]);
    expect(calls).toEqual([]);
  });

  it("leaves nothing behind that a second one would find", async () => {
    const made: string[] = [];
    const { importKey, sign } = crypto.subtle;
    vi.spyOn(crypto.subtle, "importKey").mockImplementation((...given: unknown[]) => {
      made.push("key");
      return Reflect.apply(importKey, crypto.subtle, given);
    });
    vi.spyOn(crypto.subtle, "sign").mockImplementation((...given: unknown[]) => {
      made.push("assertion");
      return Reflect.apply(sign, crypto.subtle, given);
    });
    await rehearse();
    const first = made.splice(0);
    await rehearse();
    expect(first).toContain("assertion");
    expect(made).toEqual(first);
  });

  it.each(["Request", "Response", "Headers", "TextEncoder"])("ends without a word where %s is none", async (name) => {
    const told: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => told.push(error));
    vi.stubGlobal(name, () => {
      throw new Error("not while a script starts");
    });
    expect(await rehearse()).toBeNull();
    expect(told).toEqual([]);
  });

  it("practises with what the compiler makes of such documents", () => {
    const written = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: imagined}
spec: {exposure: public, endpoints: [{url: "http://orders.example"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: accounts, namespace: imagined}
spec: {exposure: public, endpoints: [{url: "http://accounts.example"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: imagined}
spec:
  hostnames: [imagined.example]
  rules:
    - {matches: [{path: {type: PathPrefix, value: /orders}}], backendRefs: [{name: orders, port: 80}]}
    - matches: [{path: {type: PathPrefix, value: /files}}]
      timeouts: {request: 0s}
      backendRefs: [{name: orders, port: 80}]
    - matches: [{path: {type: PathPrefix, value: /accounts}}]
      timeouts: {request: 0s}
      backendRefs: [{name: accounts, port: 80}]
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: callers, namespace: imagined}
spec:
  targetRefs: [{kind: Service, name: accounts}]
  jwt:
    providers:
      - name: everybody
        issuer: https://id.example
        audiences: [accounts]
        algorithms: [ES256]
        jwks:
          keys:
            - kty: EC
              kid: imagined
              alg: ES256
              use: sig
              crv: P-256
              x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU
              y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: imagined}
spec:
  targetRefs: [{kind: Service, name: accounts}]
  action: ALLOW
  rules: [{from: [{principals: ["https://id.example/*"]}], to: [{methods: [GET], paths: ["/accounts/*"]}]}]
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: callers, namespace: imagined}
spec:
  targetRefs: [{kind: Service, name: accounts}]
  limits: [{name: each, requests: 100, window: 1s, key: [client]}]
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: accounts, namespace: imagined}
spec:
  targetRefs: [{kind: Service, name: accounts}]
  retry: {attempts: 1, on: [connect-failure, gateway-error]}
  circuitBreaker: {window: 10s, minRequests: 20, failurePercent: 50}
  outlierDetection: {consecutiveFailures: 5}
`;
    expect(imaginedMesh()).toEqual(compileMesh(written, 1));
  });
});
