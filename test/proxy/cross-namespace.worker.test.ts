// Callers of one namespace at a service of another, with proven identities: which routes they see, and which policies
// hold.
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { MeshKeys } from "../../src/model/message/mesh-keys.ts";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { ISSUER, neighbours, serviceIn, tokenOf } from "../support/worker/neighbours.ts";
import type { TestMesh } from "../support/worker/test-mesh.ts";

const policies = `
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: neighbours, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  rules:
    - from: [{namespaces: [shop]}]
    - {from: [{namespaces: [partner], principals: ["${ISSUER}/ns/partner/sa/*"]}], to: [{methods: [GET], paths: ["/orders/*"]}]}
    - {from: [{applications: [partner/kiosk]}], to: [{paths: [/kiosk]}]}
---
`;
/** A consumer route: it holds for callers of its own namespace, and may not come around the service's policies. */
const consumer = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ours, namespace: partner}
spec:
  parentRefs: [{group: selvage.dev, kind: Service, namespace: shop, name: orders}]
  rules:
    - backendRefs: [{group: selvage.dev, kind: Service, namespace: shop, name: orders}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-by, value: partner-route}]}}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: partner, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: partner}], to: [{group: selvage.dev, kind: Service}]}
---
`;

let keys: MeshKeys;
let mesh: TestMesh;
beforeAll(async () => {
  keys = await meshKeys("k1");
});
beforeEach(() => {
  mesh = neighbours(serviceIn("shop", "orders", "mesh") + policies + consumer, keys);
});

async function status(
  path: string,
  workload: string | null,
  application: string | null = null,
  method = "GET",
): Promise<number> {
  const headers: Record<string, string> = {};
  if (workload !== null) {
    headers["selvage-identity"] = await tokenOf(workload, keys);
  }
  if (application !== null) {
    headers.authorization = `Bearer ${await tokenOf(application, keys)}`;
  }
  return (await mesh.send(`http://any.example/svc/orders.shop${path}`, { headers, method })).status;
}
const routedBy = (): string | null => mesh.sent.at(-1)?.headers.get("x-by") ?? null;

it("a caller of the service's own namespace may do all, and sees no consumer route of others", async () => {
  expect([await status("/orders/1", "web"), await status("/other", "web", null, "DELETE")]).toEqual([200, 200]);
  expect(routedBy()).toBeNull();
});

it("a caller of another namespace has its own routes, and what it is allowed, and no more", async () => {
  expect(await status("/orders/1", "partner")).toBe(200);
  expect(routedBy()).toBe("partner-route");
  expect([await status("/other", "partner"), await status("/orders/1", "partner", null, "DELETE")]).toEqual([403, 403]);
  expect(mesh.sent).toHaveLength(1);
});

it("a caller of a third namespace is refused, and nobody at all is not known", async () => {
  expect([await status("/orders/1", "stranger"), await status("/orders/1", null)]).toEqual([403, 401]);
  expect(mesh.sent).toEqual([]);
});

it("an application is allowed what is its own, and does not lend its namespace to the workload that brings it", async () => {
  expect([await status("/kiosk", null, "kiosk"), await status("/orders/1", null, "kiosk")]).toEqual([200, 403]);
  // A workload of `other` with partner's application: the workload speaks, so partner's routes and rights are not
  // there.
  expect([await status("/kiosk", "stranger", "kiosk"), routedBy()]).toEqual([200, null]);
  expect(await status("/orders/1", "stranger", "kiosk")).toBe(403);
});

it("what a caller says about its namespace is nothing", async () => {
  const headers = {
    "selvage-source": `${ISSUER}/ns/shop/sa/web`,
    "x-forwarded-client-cert": `URI=${ISSUER}/ns/shop/sa/web`,
    "selvage-identity": "",
  };
  const answer = await mesh.send("http://any.example/svc/orders.shop/orders/1", { headers });
  expect([answer.status, mesh.sent.length]).toEqual([401, 0]);
});
