import { describe, expect, it } from "vitest";
import { addressByHost, addressByPath } from "../../../src/decide/route/service-address.ts";

describe("addressByPath", () => {
  it.each([
    ["/svc/orders/a/b", "default/orders", "/svc/orders"],
    ["/svc/orders.shop/a", "shop/orders", "/svc/orders.shop"],
    ["/svc/orders", "default/orders", "/svc/orders"],
    ["/svc/orders.shop/", "shop/orders", "/svc/orders.shop"],
  ])("%s addresses %s", (path, service, prefix) => {
    expect(addressByPath(path)).toEqual({ service, prefix });
  });

  it.each([
    "/svc",
    "/svc/",
    "/svc//a",
    "/svcs/orders",
    "/a/svc/orders",
    "/svc/Orders/a",
    "/svc/orders.shop.more/a",
    "/svc/.shop/a",
    "/svc/orders./a",
    "/svc/-a/b",
    "/svc/a_b",
  ])("%s addresses no service", (path) => {
    expect(addressByPath(path)).toBeNull();
  });
});

describe("addressByHost", () => {
  it("reads service and namespace in front of the mesh domain", () => {
    expect(addressByHost("orders.shop.mesh.example", "mesh.example")).toEqual({ service: "shop/orders", prefix: "" });
  });

  it.each([
    "mesh.example",
    "shop.mesh.example",
    "a.orders.shop.mesh.example",
    "orders.shop.mesh.example.evil.example",
    "orders.shopmesh.example",
  ])("%s names no service", (host) => {
    expect(addressByHost(host, "mesh.example")).toBeNull();
  });

  it("knows no service hosts without a mesh domain", () => {
    expect(addressByHost("orders.shop.mesh.example", null)).toBeNull();
  });
});
