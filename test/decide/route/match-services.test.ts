// Routes attached to services (GAMMA): whose calls they concern.
import { describe, expect, it } from "vitest";
import { answer, compiled, request, service } from "../../support/compiled.ts";

const route = (name: string, spec: string, namespace = "shop"): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const backend = "backendRefs: [{name: orders}]";
const orders = service("orders");

describe("a service's own routes", () => {
  const mesh = compiled(
    orders +
      `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: web, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}], to: [{group: "", kind: Service, name: orders}]}
---` +
      service("plain") +
      service("legacy") +
      route(
        "producer",
        `{parentRefs: [{group: selvage.dev, kind: Service, name: orders}], rules: [{matches: [{path: {value: /a}}], ${backend}}]}`,
      ) +
      route(
        "consumer",
        `{parentRefs: [{group: "", kind: Service, name: orders, namespace: shop}], rules: [{matches: [{path: {value: /b}}], backendRefs: [{name: orders, namespace: shop}]}]}`,
        "web",
      ) +
      route(
        "only-consumer",
        `{parentRefs: [{kind: Service, name: legacy, namespace: shop}], rules: [{backendRefs: [{name: legacy, namespace: shop}]}]}`,
        "web",
      ),
  );
  const ask = (path: string, asked: string, callerNamespace: string | null): string | null =>
    answer(mesh, request("GET", `http://mesh.example${path}`, {}, { service: asked, callerNamespace }));

  it("hold for every caller when the route is the service's own namespace's", () => {
    expect(ask("/a", "shop/orders", null)).toBe("shop/producer#0");
    expect(ask("/a", "shop/orders", "other")).toBe("shop/producer#0");
    expect(ask("/b", "shop/orders", null)).toBeNull();
  });

  it("are replaced by a granted consumer namespace's for callers of that namespace, and for nobody else", () => {
    expect(ask("/b", "shop/orders", "web")).toBe("web/consumer#0");
    expect(ask("/a", "shop/orders", "web")).toBeNull();
    expect(ask("/", "shop/legacy", "web")).toBe("web/only-consumer#0");
    expect(ask("/", "shop/legacy", null)).toBe("direct");
    expect(ask("/", "shop/legacy", "constructor")).toBe("direct");
  });

  it("are none for a service without routes, which is called as it is", () => {
    expect(ask("/anything", "shop/plain", null)).toBe("direct");
    expect(ask("/anything", "shop/missing", null)).toBe("direct");
  });

  it("never answer a request that came for a host", () => {
    expect(answer(mesh, request("GET", "http://mesh.example/a"))).toBeNull();
  });

  it("hold for one port of a core Service when they say so", () => {
    const ports = compiled(`
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: shop}
spec: {ports: [{port: 80}, {port: 8080}]}
---${route("on-80", `{parentRefs: [{group: "", kind: Service, name: echo, port: 80}], rules: [{backendRefs: [{name: echo}]}]}`)}`);
    const on = (port: number | null): string | null =>
      answer(
        ports,
        request(
          "GET",
          "http://mesh.example/",
          {},
          { service: "shop/echo", entry: { gateway: null, port, scheme: "http" } },
        ),
      );
    expect(on(80)).toBe("shop/on-80#0");
    expect(on(8080)).toBe("direct");
    // Neither port is known to be meant: the route holds.
    expect(on(null)).toBe("shop/on-80#0");
    expect(on(443)).toBe("shop/on-80#0");
  });
});
