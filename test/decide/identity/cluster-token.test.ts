import { describe, expect, it } from "vitest";
import { workloadOf } from "../../../src/decide/identity/cluster-token.ts";

const kubernetes = { namespace: "shop", serviceaccount: { name: "orders" } };
const orders = { namespace: "shop", name: "orders" };

describe("the service that a cluster's token speaks for", () => {
  it.each([
    ["by its service account", { sub: "system:serviceaccount:shop:orders" }],
    ["by what Kubernetes adds", { sub: "anything", "kubernetes.io": kubernetes }],
    ["by both, alike", { sub: "system:serviceaccount:shop:orders", "kubernetes.io": kubernetes }],
    ["by a SPIFFE ID of the mesh's trust domain", { sub: "spiffe://mesh.local/ns/shop/sa/orders" }],
  ])("is found %s", (_, claims) => {
    expect(workloadOf(claims, "mesh.local")).toEqual(orders);
  });

  it.each([
    ["of another trust domain", { sub: "spiffe://cluster.local/ns/shop/sa/orders" }],
    ["of one that only begins alike", { sub: "spiffe://mesh.local.evil/ns/shop/sa/orders" }],
    [
      "of another trust domain, whatever else it says",
      { sub: "spiffe://x/ns/shop/sa/orders", "kubernetes.io": kubernetes },
    ],
    ["of an application", { sub: "spiffe://mesh.local/ns/shop/app/orders" }],
    ["of two services", { sub: "system:serviceaccount:shop:web", "kubernetes.io": kubernetes }],
    ["with more path", { sub: "spiffe://mesh.local/ns/shop/sa/orders/x" }],
    ["of nobody", { sub: "orders" }],
  ])("is nobody's in a token %s", (_, claims) => {
    expect(workloadOf(claims, "mesh.local")).toBeNull();
  });
});
