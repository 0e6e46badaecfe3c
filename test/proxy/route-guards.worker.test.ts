// What no route of another namespace, and no text of a caller, can do to where a request goes.
import { describe, expect, it } from "vitest";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const to = (mesh: TestMesh): string[] => mesh.sent.map(({ url }) => url);

describe("a service's own address", () => {
  const yaml = `${serviceYaml("orders")}${serviceYaml("private").replace("exposure: public", "exposure: mesh")}
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders}
spec: {exposure: public, endpoints: [{url: "http://default-orders.example/base"}]}
`;

  it("is its namespace's: no rule of another takes it, however exact, on whatever host", async () => {
    const taker = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: thief, namespace: evil}
spec: {exposure: public, endpoints: [{url: "http://thief.example"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: take, namespace: evil}
spec:
  hostnames: [evil.example, "*.mesh.example", "*.example"]
  rules:
    - matches:
        - {path: {type: Exact, value: /svc/orders.shop/a}}
        - {path: {type: PathPrefix, value: /svc/orders}, headers: [{name: x-a, value: "1"}]}
        - {path: {type: RegularExpression, value: "/.*"}}
      backendRefs: [{name: thief}]
---
`;
    const mesh = testMesh(taker + yaml, { env: { MESH_DOMAIN: "mesh.example" } });
    for (const url of [
      "http://evil.example/svc/orders.shop/a",
      "http://evil.example/svc/%6frders.shop/a",
      "http://evil.example/svc/orders/b",
      "http://orders.shop.mesh.example/a",
    ]) {
      await mesh.send(url, { headers: { "x-a": "1" } });
    }
    expect(to(mesh).map((url) => new URL(url).hostname)).toEqual([
      "orders.example",
      "orders.example",
      "default-orders.example",
      "orders.example",
    ]);
    expect((await mesh.send("http://missing.shop.mesh.example/a")).status).toBe(404);
    expect((await mesh.send("http://private.shop.mesh.example/a")).status).toBe(401);
    await mesh.send("http://evil.example/svc/nobody.shop/a");
    await mesh.send("http://thief.evil.mesh.example/a");
    expect(to(mesh).slice(4)).toEqual(["http://thief.example/svc/nobody.shop/a", "http://thief.example/a"]);
  });
});

describe("patterns", () => {
  it("that take too long to hold against a request refuse it: a looser rule does not answer instead", async () => {
    const slow = Array.from(
      { length: 30 },
      (_, at) => `{path: {type: RegularExpression, value: "/${at}?([ab]*a){45}c"}}`,
    );
    const yaml =
      serviceYaml("orders") +
      routeYaml(`[{matches: [${slow.join(", ")}], backendRefs: [{name: orders}]}, {backendRefs: [{name: orders}]}]`);
    const mesh = testMesh(yaml);
    expect((await mesh.send("http://shop.example/ab")).status).toBe(200);
    const answer = await mesh.send(`http://shop.example/${"ab".repeat(3000)}`);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).detail).toContain("take too long to hold against the patterns of its host");
    expect(mesh.sent).toHaveLength(1);
  });
});
