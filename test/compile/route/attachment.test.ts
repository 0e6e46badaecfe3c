// Where HTTPRoutes are in force, and what their status says about each parent.
import { describe, expect, it } from "vitest";
import { answer, compiled, parentConditions, request, service, told } from "../../support/compiled.ts";

const orders = service("orders");
const route = (spec: string, namespace = "shop", name = "r"): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const gateway = (listeners: string, name = "edge", more = ""): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {gatewayClassName: any, listeners: ${listeners}${more}}
---`;
const http = (more: string): string => gateway(`[{name: http, port: 80, protocol: HTTP, ${more}}]`);
const rules = "rules: [{backendRefs: [{name: orders, namespace: shop}]}]";
const REF = "HTTPRoute/shop/r";

describe("a parent", () => {
  it.each([
    [
      "is accepted with all references resolved",
      http("") + route(`{parentRefs: [{name: edge}], ${rules}}`),
      "True Accepted",
    ],
    ["may be the built-in Gateway, by not naming any", route(`{${rules}}`), "True Accepted"],
    [
      "may be the built-in Gateway, by name and on any port",
      route(`{parentRefs: [{name: selvage, namespace: selvage-system, port: 9000}], ${rules}}`),
      "True Accepted",
    ],
    ["must exist", route(`{parentRefs: [{name: missing}], ${rules}}`), "False NoMatchingParent"],
    [
      "must have the listener that is named",
      http("") + route(`{parentRefs: [{name: edge, sectionName: other}], ${rules}}`),
      "False NoMatchingParent",
    ],
    [
      "must have the port that is named",
      http("") + route(`{parentRefs: [{name: edge, port: 81}], ${rules}}`),
      "False NoMatchingParent",
    ],
    [
      "must have listener and port in one",
      gateway("[{name: a, port: 80, protocol: HTTP}, {name: b, port: 81, protocol: HTTP}]") +
        route(`{parentRefs: [{name: edge, sectionName: a, port: 81}], ${rules}}`),
      "False NoMatchingParent",
    ],
    [
      "must be a Gateway or a Service",
      route(`{parentRefs: [{group: example.com, kind: Door, name: edge}], ${rules}}`),
      "False NoMatchingParent",
    ],
    [
      "must have a hostname in common",
      http('hostname: "*.example.com"') +
        route(`{parentRefs: [{name: edge}], hostnames: [example.com, other.org], ${rules}}`),
      "False NoMatchingListenerHostname",
    ],
    [
      "may be a Service",
      route(`{parentRefs: [{group: selvage.dev, kind: Service, name: orders}], ${rules}}`),
      "True Accepted",
    ],
    [
      "must be a Service that exists",
      route(`{parentRefs: [{group: "", kind: Service, name: missing}], ${rules}}`),
      "False NoMatchingParent",
    ],
    [
      "must be in service: not one of two listeners that contradict each other",
      gateway("[{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTPS}]") +
        route(`{parentRefs: [{name: edge}], ${rules}}`),
      "False NotAllowedByListeners",
    ],
    [
      "must take HTTPRoutes",
      http("allowedRoutes: {kinds: [{kind: TLSRoute}]}") + route(`{parentRefs: [{name: edge}], ${rules}}`),
      "False NotAllowedByListeners",
    ],
  ])("%s", (_, mesh, accepted) => {
    const result = compiled(orders + mesh);
    expect(parentConditions(result, REF)).toEqual({ Accepted: accepted, ResolvedRefs: "True ResolvedRefs" });
    const reached = answer(result, request("GET", "http://a.example.com/")) === "shop/r#0";
    expect(reached).toBe(accepted === "True Accepted" && !mesh.includes("kind: Service"));
  });

  it("tells why it does not take the route, as a warning with a pointer", () => {
    const { findings } = compiled(
      orders + http("allowedRoutes: {namespaces: {from: None}}") + route(`{parentRefs: [{name: edge}], ${rules}}`),
    );
    expect(told(findings)).toEqual([`SLV1205 ${REF} /spec/parentRefs/0`, `SLV1301 ${REF} /spec/parentRefs`]);
    expect(findings[0]?.message).toBe(
      'No listener takes the route: "http" takes no routes from the namespace shop (from: None)',
    );
    expect(findings[1]?.message).toBe("The route is attached to nothing: no request reaches it");
  });

  it("is judged by itself: one may take the route and another not", () => {
    const result = compiled(orders + http("") + route(`{parentRefs: [{name: missing}, {name: edge}], ${rules}}`));
    expect(parentConditions(result, REF, 0)["Accepted"]).toBe("False NoMatchingParent");
    expect(parentConditions(result, REF, 1)["Accepted"]).toBe("True Accepted");
    expect(answer(result, request("GET", "http://a.example.com/"))).toBe("shop/r#0");
    expect(told(result.findings)).toEqual([`SLV1204 ${REF} /spec/parentRefs/0`]);
  });

  it("is repeated in the status as the route writes it", () => {
    const { statuses } = compiled(
      orders + http("") + route(`{parentRefs: [{name: edge, sectionName: http, port: 80}], ${rules}}`),
    );
    expect(statuses.get(REF)).toMatchObject({
      parents: [
        {
          parentRef: {
            group: "gateway.networking.k8s.io",
            kind: "Gateway",
            name: "edge",
            sectionName: "http",
            port: 80,
          },
          controllerName: "selvage.dev/mesh",
        },
      ],
    });
  });
});

describe("allowedRoutes", () => {
  const elsewhere = (from: string, namespaces = ""): ReturnType<typeof compiled> =>
    compiled(
      `${orders}${namespaces}${http(`allowedRoutes: {namespaces: ${from}}`)}${route(`{parentRefs: [{name: edge, namespace: shop}], ${rules}}`, "web")}`,
    );
  const accepted = (result: ReturnType<typeof compiled>): string | undefined =>
    parentConditions(result, "HTTPRoute/web/r")["Accepted"];

  it.each([
    ["{from: All}", "", "True Accepted"],
    ["{from: Same}", "", "False NotAllowedByListeners"],
    ["{from: None}", "", "False NotAllowedByListeners"],
    ["{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: web}}}", "", "True Accepted"],
    ["{from: Selector, selector: {matchLabels: {team: web}}}", "", "False NotAllowedByListeners"],
    ["{from: Selector, selector: {matchLabels: {team: web}}}", "{team: web}", "True Accepted"],
    ["{from: Selector, selector: {matchLabels: {team: web}}}", "{team: other}", "False NotAllowedByListeners"],
    ["{from: Selector, selector: {}}", "", "True Accepted"],
    [
      "{from: Selector, selector: {matchExpressions: [{key: team, operator: In, values: [a, web]}]}}",
      "{team: web}",
      "True Accepted",
    ],
    [
      "{from: Selector, selector: {matchExpressions: [{key: team, operator: NotIn, values: [web]}]}}",
      "{team: web}",
      "False NotAllowedByListeners",
    ],
    [
      "{from: Selector, selector: {matchExpressions: [{key: team, operator: NotIn, values: [web]}]}}",
      "",
      "True Accepted",
    ],
    [
      "{from: Selector, selector: {matchExpressions: [{key: team, operator: Exists}]}}",
      "",
      "False NotAllowedByListeners",
    ],
    ["{from: Selector, selector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}", "", "True Accepted"],
    [
      "{from: Selector, selector: {matchLabels: {team: web}, matchExpressions: [{key: team, operator: DoesNotExist}]}}",
      "{team: web}",
      "False NotAllowedByListeners",
    ],
  ])("%s with the labels %s: %s", (from, labels, expected) => {
    const namespace =
      labels === "" ? "" : `\n{apiVersion: v1, kind: Namespace, metadata: {name: web, labels: ${labels}}}\n---`;
    expect(accepted(elsewhere(from, namespace))).toBe(expected);
  });
});

describe("Gateways that routes attach to by default", () => {
  it("take every route that asks for it", () => {
    const result = compiled(
      orders +
        gateway("[{name: http, port: 80, protocol: HTTP}]", "edge", ", defaultScope: All") +
        route(`{useDefaultGateways: All, ${rules}}`),
    );
    expect(result.statuses.get(REF)).toMatchObject({ parents: [{ parentRef: { name: "edge", namespace: "shop" } }] });
    expect(
      answer(
        result,
        request("GET", "http://a.example.com/", {}, { entry: { gateway: "shop/edge", port: 80, scheme: "http" } }),
      ),
    ).toBe("shop/r#0");
  });

  it("are the built-in one when there are no others", () => {
    const result = compiled(orders + route(`{useDefaultGateways: All, ${rules}}`));
    expect(result.statuses.get(REF)).toMatchObject({ parents: [{ parentRef: { name: "selvage" } }] });
  });
});
