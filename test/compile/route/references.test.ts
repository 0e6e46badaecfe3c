// What the references of HTTPRoutes become: targets, or reasons why there is nothing to send to.
import { describe, expect, it } from "vitest";
import { compiled, parentConditions, service } from "../../support/compiled.ts";

const orders = service("orders");
const route = (spec: string, namespace = "shop", name = "r"): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const REF = "HTTPRoute/shop/r";

describe("backends", () => {
  const target = (result: ReturnType<typeof compiled>, rule = 0): unknown =>
    result.snapshot.router.rules[rule]?.backends[0]?.target;
  const grant = (spec: string, namespace = "shop"): string => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: ${namespace}}
spec: ${spec}
---`;
  const crossing = route("{rules: [{backendRefs: [{name: orders, namespace: shop}]}]}", "web");
  const from = "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}]";

  it.each([
    ["core", "", "Service"],
    ["our own", "selvage.dev", "Service"],
  ])("of the %s group resolve to the registry entry, ports and all ignored", (_, group, kind) => {
    const result = compiled(
      orders +
        route(`{rules: [{backendRefs: [{group: "${group}", kind: ${kind}, name: orders, port: 1234, version: v1}]}]}`),
    );
    expect(target(result)).toEqual({ service: "shop/orders", version: "v1" });
  });

  it.each([
    [
      "group: example.com, kind: Service, name: orders",
      "InvalidKind",
      'A backend is a Service, not a Service of the group "example.com"',
    ],
    ["kind: Pod, name: orders", "InvalidKind", "A backend is a Service, not a Pod"],
    ["name: missing", "BackendNotFound", "There is no Service shop/missing"],
    ["name: orders, namespace: web", "RefNotPermitted", "No ReferenceGrant in web lets HTTPRoutes of shop use orders"],
  ])("{%s} cannot be sent to: %s", (ref, reason, message) => {
    const result = compiled(orders + service("orders", "web") + route(`{rules: [{backendRefs: [{${ref}}]}]}`));
    expect(target(result)).toEqual({ invalid: reason, message });
    expect(parentConditions(result, REF)).toEqual({ Accepted: "True Accepted", ResolvedRefs: `False ${reason}` });
    expect(result.findings.find(({ pointer }) => pointer === "/spec/rules/0/backendRefs/0")).toMatchObject({
      severity: "warning",
      message,
    });
  });

  it.each([
    ["for the kind", `{${from}, to: [{group: "", kind: Service}]}`, "shop", true],
    ["for the service by name", `{${from}, to: [{group: "", kind: Service, name: orders}]}`, "shop", true],
    ["in our own group's words", `{${from}, to: [{group: selvage.dev, kind: Service}]}`, "shop", true],
    ["for another name", `{${from}, to: [{group: "", kind: Service, name: other}]}`, "shop", false],
    ["for another kind", `{${from}, to: [{group: "", kind: Secret}]}`, "shop", false],
    ["in the wrong namespace", `{${from}, to: [{group: "", kind: Service}]}`, "web", false],
    [
      "to another namespace",
      '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: x}], to: [{group: "", kind: Service}]}',
      "shop",
      false,
    ],
    [
      "to another kind of route",
      '{from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: web}], to: [{group: "", kind: Service}]}',
      "shop",
      false,
    ],
    [
      "to another group's route",
      '{from: [{group: example.com, kind: HTTPRoute, namespace: web}], to: [{group: "", kind: Service}]}',
      "shop",
      false,
    ],
  ])("of another namespace need a grant; one %s: %#", (_, spec, namespace, permitted) => {
    const result = compiled(orders + grant(spec, namespace) + crossing);
    expect("service" in (target(result) as object)).toBe(permitted);
  });

  it("of mirrors and authorization services need grants as well", () => {
    const filters = `[{type: RequestMirror, requestMirror: {backendRef: {name: orders, namespace: shop}}},
      {type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: orders, namespace: shop}, http: {}}}]`;
    const mesh =
      orders + service("own", "web") + route(`{rules: [{filters: ${filters}, backendRefs: [{name: own}]}]}`, "web");
    const refused = compiled(mesh).snapshot.router.rules[0]?.filters;
    expect(refused).toMatchObject([
      { target: { invalid: "RefNotPermitted" } },
      { target: { invalid: "RefNotPermitted" } },
    ]);
    const allowed = compiled(mesh + grant(`{${from}, to: [{group: "", kind: Service}]}`)).snapshot.router.rules[0]
      ?.filters;
    expect(allowed).toMatchObject([{ target: { service: "shop/orders" } }, { target: { service: "shop/orders" } }]);
  });

  it("of routes attached to services need a grant, whatever the exposure, but for the service they are attached to", () => {
    const exposed = (exposure: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: front, namespace: web}
spec: {exposure: ${exposure}}
---`;
    const spec =
      "{parentRefs: [{kind: Service, name: front}], rules: [{backendRefs: [{name: orders, namespace: shop}]}]}";
    const open = orders.replace("spec: {", "spec: {exposure: public, ");
    const refused = { invalid: "RefNotPermitted" };
    for (const theirs of [orders, open]) {
      for (const exposure of ["mesh", "public"]) {
        expect(target(compiled(theirs + exposed(exposure) + route(spec, "web")))).toMatchObject(refused);
      }
    }
    const consumer = spec.replace("name: front", "name: orders, namespace: shop");
    const led = compiled(orders + exposed("mesh") + route(consumer, "web"));
    expect(target(led)).toEqual({ service: "shop/orders", version: null });
    // Attached to both, it leads there for those alone who called it there.
    const both = consumer.replace("parentRefs: [", "parentRefs: [{kind: Service, name: front}, ");
    const { rules } = compiled(orders + exposed("mesh") + route(both, "web")).snapshot.router;
    expect(rules.map(({ backends }) => backends[0]?.target)).toMatchObject([refused, { service: "shop/orders" }]);
    const version = consumer.replace("namespace: shop}]}", "namespace: shop, version: v2}]}");
    expect(version).not.toBe(consumer);
    expect(target(compiled(orders + exposed("mesh") + route(version, "web")))).toMatchObject(refused);
  });

  it("of a consumer's route hold only where the service has no routes of its own, unless it was granted", () => {
    const consumer = `{parentRefs: [{kind: Service, name: orders, namespace: shop}], rules: [{backendRefs: [{name: orders, namespace: shop}]}]}`;
    const producer = `{parentRefs: [{kind: Service, name: orders}], rules: [{backendRefs: [{name: orders}]}]}`;
    const mesh = orders + route(producer, "shop") + route(consumer, "web");
    const consumers = (text: string): string[] =>
      Object.keys(compiled(text).snapshot.router.services["shop/orders"]?.consumers ?? {});
    expect(consumers(mesh)).toEqual([]);
    expect(consumers(mesh + grant(`{${from}, to: [{group: "", kind: Service}]}`))).toEqual(["web"]);
  });

  it("keep their order, weights and filters", () => {
    const result = compiled(
      orders +
        route(
          `{rules: [{backendRefs: [{name: orders, weight: 9}, {name: missing, weight: 1, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-a]}}]}]}]}`,
        ),
    );
    expect(result.snapshot.router.rules[0]?.backends).toMatchObject([
      { weight: 9, target: { service: "shop/orders" }, filters: [] },
      {
        weight: 1,
        target: { invalid: "BackendNotFound" },
        filters: [{ type: "RequestHeaderModifier", set: [], add: [], remove: ["x-a"] }],
      },
    ]);
  });
});
