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

  it("comes to an answer of the imagined service, twice", async () => {
    expect(await rehearse()).toEqual([200, 200]);
  });

  it("asks nobody, sets no timer, draws no lot, and says nothing", async () => {
    const calls: string[] = [];
    for (const [owner, name] of FORBIDDEN) {
      vi.spyOn(owner as Record<string, () => unknown>, name).mockImplementation(() => {
        calls.push(name);
        throw new Error(`${name} is not to be had while a script starts`);
      });
    }
    expect(await rehearse()).toEqual([200, 200]);
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

  it.each(["Request", "Response"])("ends without a word where %s cannot be had", async (name) => {
    vi.stubGlobal(name, () => {
      throw new Error("not while a script starts");
    });
    expect(await rehearse()).toBeNull();
  });

  it("practises with what the compiler makes of such documents", () => {
    const written = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: imagined}
spec: {exposure: public, endpoints: [{url: "http://orders.example"}]}
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
`;
    expect(imaginedMesh()).toEqual(compileMesh(written, 1));
  });
});
