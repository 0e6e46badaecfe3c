import { describe, expect, it } from "vitest";
import { isUnclaimed } from "../../../src/decide/route/unclaimed.ts";
import { compileMesh } from "../../support/raw/compile-mesh.ts";

const web = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {exposure: public, endpoints: [{url: "http://web.example"}]}
---
`;
const route = (hostnames: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: route, namespace: shop}
spec:
  ${hostnames}
  rules: [{matches: [{path: {value: /deep}}], backendRefs: [{name: web}]}]
---
`;

const router = (yaml: string) => compileMesh(yaml).router;

describe("a host that nobody has said anything about", () => {
  it("is every host of a mesh without routes, whatever services it has", () => {
    for (const host of ["127.0.0.1", "localhost", "[::1]", "constructor", "shop.example"]) {
      expect(isUnclaimed(router(web), host), host).toBe(true);
    }
  });

  it("is none that a route names, however deep its paths", () => {
    const mesh = router(web + route('hostnames: [shop.example, "*.wild.example"]'));
    const claimed = ["shop.example", "a.wild.example", "a.b.wild.example"];
    expect(claimed.filter((host) => isUnclaimed(mesh, host))).toEqual([]);
    expect(["wild.example", "127.0.0.1", "a.shop.example"].every((host) => isUnclaimed(mesh, host))).toBe(true);
  });

  it("is none where a route takes every host", () => {
    expect(isUnclaimed(router(web + route("")), "127.0.0.1")).toBe(false);
  });

  it("is none that a listener names, though no route stands behind it", () => {
    const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec:
  gatewayClassName: selvage
  listeners: [{name: http, protocol: HTTP, port: 80, hostname: shop.example}]
---
`;
    expect(isUnclaimed(router(gateway), "shop.example")).toBe(false);
    expect(isUnclaimed(router(gateway), "other.example")).toBe(true);
  });
});
