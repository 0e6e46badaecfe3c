import { describe, expect, it } from "vitest";
import { nearRoutes } from "../../../src/decide/route/near-routes.ts";
import { compileMesh } from "../../support/raw/compile-mesh.ts";

const route = (name: string, hostnames: string, ...paths: readonly string[]): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  hostnames: ${hostnames}
  rules: [${paths.map((path) => `{name: r${paths.indexOf(path)}, matches: [{path: ${path}}]}`).join(", ")}]
---`;

const prefix = (value: string): string => `{value: ${value}}`;
const { router } = compileMesh(
  route("shop", "[shop.example]", prefix("/orders/archive"), prefix("/orders"), "{type: Exact, value: /cart}") +
    route("wild", '["*.example"]', prefix("/status")) +
    route("other", "[other.test]", prefix("/x")),
);
const near = (host: string, path: string): string[] =>
  nearRoutes(router, host, path).routes.map((one) => `${one.route}/${one.rule} ${one.host}${one.path}`);

describe("nearRoutes", () => {
  it("gives routes of the host first, the longest common path first of all", () => {
    expect(near("shop.example", "/orders/archived/1").slice(0, 2)).toEqual([
      "default/shop/r1 shop.example/orders",
      "default/shop/r0 shop.example/orders/archive",
    ]);
    expect(near("shop.example", "/carts")).toContain("default/shop/r2 shop.example/cart");
    expect(near("shop.example", "/nowhere").at(-1)).toBe("default/wild/r0 *.example/status");
  });

  it("gives what there is when the host is unknown", () => {
    expect(near("unknown.test", "/x")).toContain("default/other/r0 other.test/x");
  });

  it("names the listeners", () => {
    expect(nearRoutes(router, "shop.example", "/").listeners).toEqual([
      { gateway: "selvage-system/selvage", name: "all", hostname: "*" },
    ]);
  });

  it("gives at most five, however many there are", () => {
    const many = compileMesh(
      route("many", "[shop.example]", ...Array.from({ length: 16 }, (_, i) => prefix(`/p${i}`))),
    );
    expect(nearRoutes(many.router, "shop.example", "/zzz").routes).toHaveLength(5);
  });

  it("has nothing to give in an empty mesh", () => {
    expect(nearRoutes(compileMesh("").router, "constructor", "/x").routes).toEqual([]);
  });
});
