import { describe, expect, it } from "vitest";
import type { Status } from "../../../src/model/registry/status.ts";
import { answer, compiled, request, service, told, words } from "../../support/compiled.ts";

const gateway = (listeners: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: any, listeners: ${listeners}}
---`;
const route = (name: string, spec: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
---`;
const rules = "rules: [{backendRefs: [{name: orders}]}]";
const orders = service("orders");
const REF = "Gateway/shop/edge";

function gatewayOf(statuses: ReadonlyMap<string, Status>): Extract<Status, { listeners: unknown }> {
  const status = statuses.get(REF);
  if (status === undefined || !("listeners" in status)) {
    throw new Error("no status of a Gateway");
  }
  return status;
}

const IN_SERVICE = {
  Accepted: "True Accepted",
  Programmed: "True Programmed",
  ResolvedRefs: "True ResolvedRefs",
  Conflicted: "False NoConflicts",
};
const HTTP_ROUTE = [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }];

describe("the status of a Gateway", () => {
  it("says that all is well, and how many routes each listener carries", () => {
    const { statuses, findings } = compiled(
      orders +
        gateway(
          "[{name: a, port: 80, protocol: HTTP, hostname: a.com}, {name: b, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: x}]}}]",
        ) +
        route("one", `{parentRefs: [{name: edge}], hostnames: [a.com, c.com], ${rules}}`) +
        route(
          "two",
          `{parentRefs: [{name: edge, sectionName: b}, {name: edge, sectionName: a}], rules: [{matches: [{path: {value: /two}}], backendRefs: [{name: orders}]}]}`,
        ) +
        route("three", `{parentRefs: [{name: edge, sectionName: a}], hostnames: [c.com], ${rules}}`),
    );
    const status = gatewayOf(statuses);
    expect(words(status.conditions)).toEqual({ Accepted: "True Accepted", Programmed: "True Programmed" });
    expect(status.listeners.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    for (const { conditions, supportedKinds } of status.listeners) {
      expect(words(conditions)).toEqual(IN_SERVICE);
      expect(supportedKinds).toEqual(HTTP_ROUTE);
    }
    expect(told(findings)).toEqual([
      "SLV1206 HTTPRoute/shop/three /spec/parentRefs/0",
      "SLV1301 HTTPRoute/shop/three /spec/parentRefs",
    ]);
  });

  it.each([
    ["TLS", "{name: x, port: 443, protocol: TLS, tls: {mode: Passthrough}}"],
    ["TCP", "{name: x, port: 443, protocol: TCP}"],
    ["UDP", "{name: x, port: 80, protocol: UDP}"],
    ["example.com/own", "{name: x, port: 443, protocol: example.com/own}"],
  ])("says that %s is not served, and keeps the other listeners in service", (protocol, listener) => {
    const { statuses, findings } = compiled(gateway(`[{name: http, port: 80, protocol: HTTP}, ${listener}]`));
    const status = gatewayOf(statuses);
    expect(words(status.conditions)).toEqual({ Accepted: "True ListenersNotValid", Programmed: "True Programmed" });
    expect(words(status.listeners[0]?.conditions ?? [])).toEqual(IN_SERVICE);
    expect(words(status.listeners[1]?.conditions ?? [])).toEqual({
      Accepted: "False UnsupportedProtocol",
      Programmed: "False Invalid",
      ResolvedRefs: "True ResolvedRefs",
      Conflicted: "False NoConflicts",
    });
    expect(status.listeners[1]?.supportedKinds).toEqual([]);
    expect(findings).toEqual([
      {
        severity: "warning",
        code: "SLV1213",
        ref: REF,
        pointer: "/spec/listeners/1",
        message: `The mesh serves HTTP and HTTPS, not ${protocol}`,
      },
    ]);
  });

  it("says that a Gateway without any valid listener is not in service", () => {
    const { statuses } = compiled(gateway("[{name: x, port: 443, protocol: TCP}]"));
    expect(words(gatewayOf(statuses).conditions)).toEqual({
      Accepted: "False ListenersNotValid",
      Programmed: "False Invalid",
    });
  });

  it.each([
    [
      "HTTP and HTTPS on one port",
      "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTPS}",
      "ProtocolConflict",
    ],
    [
      "HTTPS and TLS on one port with one hostname",
      "{name: a, port: 443, protocol: HTTPS}, {name: b, port: 443, protocol: TLS, tls: {mode: Passthrough}}",
      "ProtocolConflict",
    ],
    [
      "the same protocol in other case",
      "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: http}",
      "HostnameConflict",
    ],
  ])("says that %s contradict each other, and serves neither", (_, listeners, reason) => {
    const { statuses, snapshot } = compiled(
      orders + gateway(`[${listeners}]`) + route("r", `{parentRefs: [{name: edge}], ${rules}}`),
    );
    const [first] = gatewayOf(statuses).listeners;
    expect(words(first?.conditions ?? [])).toMatchObject({
      Accepted: "False Invalid",
      Programmed: "False Invalid",
      Conflicted: `True ${reason}`,
    });
    expect(first?.attachedRoutes).toBe(0);
    expect(snapshot.router.listeners.map(({ gateway: key }) => key)).toEqual(["selvage-system/selvage"]);
  });

  it.each([
    [
      "the same port with different hostnames",
      "{name: a, port: 80, protocol: HTTP, hostname: a.com}, {name: b, port: 80, protocol: HTTP}",
    ],
    ["UDP beside HTTP on one port number", "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: UDP}"],
    [
      "TLS beside HTTPS with another hostname",
      "{name: a, port: 443, protocol: HTTPS, hostname: a.com}, {name: b, port: 443, protocol: TLS, hostname: b.com, tls: {mode: Passthrough}}",
    ],
  ])("takes %s for no conflict", (_, listeners) => {
    const [first] = gatewayOf(compiled(gateway(`[${listeners}]`)).statuses).listeners;
    expect(words(first?.conditions ?? [])).toEqual(IN_SERVICE);
  });

  it.each([
    ["[{kind: HTTPRoute}]", HTTP_ROUTE, "True ResolvedRefs"],
    ["[{kind: TCPRoute}]", [], "False InvalidRouteKinds"],
    ["[{kind: TCPRoute}, {kind: HTTPRoute}]", HTTP_ROUTE, "False InvalidRouteKinds"],
    ["[{group: example.com, kind: HTTPRoute}]", [], "False InvalidRouteKinds"],
  ])("tells which of the kinds %s it serves", (kinds, supported, resolved) => {
    const [listener] = gatewayOf(
      compiled(gateway(`[{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: ${kinds}}}]`)).statuses,
    ).listeners;
    expect(listener?.supportedKinds).toEqual(supported);
    expect(words(listener?.conditions ?? [])).toMatchObject({ Accepted: "True Accepted", ResolvedRefs: resolved });
  });
});

describe("listeners of one Gateway and port", () => {
  const mesh = compiled(
    orders +
      gateway(
        "[{name: all, port: 80, protocol: HTTP}, {name: wide, port: 80, protocol: HTTP, hostname: '*.a.com'}, {name: other, port: 81, protocol: HTTP, hostname: b.a.com}]",
      ) +
      route("all", `{parentRefs: [{name: edge, sectionName: all}], ${rules}}`) +
      route(
        "wide",
        `{parentRefs: [{name: edge, sectionName: wide}], rules: [{matches: [{path: {value: /wide}}], backendRefs: [{name: orders}]}]}`,
      ) +
      route(
        "other",
        `{parentRefs: [{name: edge, sectionName: other}], rules: [{matches: [{path: {value: /other}}], backendRefs: [{name: orders}]}]}`,
      ),
  );
  const at = (port: number) => ({ entry: { gateway: "shop/edge", port, scheme: "http" as const } });

  it("do not get the requests of a more specific one, even those that it has no route for", () => {
    expect(answer(mesh, request("GET", "http://z.org/wide", {}, at(80)))).toBe("shop/all#0");
    expect(answer(mesh, request("GET", "http://b.a.com/wide", {}, at(80)))).toBe("shop/wide#0");
    expect(answer(mesh, request("GET", "http://b.a.com/else", {}, at(80)))).toBeNull();
  });

  it("leave listeners of other ports alone", () => {
    expect(answer(mesh, request("GET", "http://b.a.com/other", {}, at(81)))).toBe("shop/other#0");
    expect(answer(mesh, request("GET", "http://b.a.com/wide", {}, at(81)))).toBeNull();
  });

  it("are isolated the same way when nobody says where a request came in", () => {
    expect(answer(mesh, request("GET", "http://b.a.com/wide"))).toBe("shop/wide#0");
    expect(answer(mesh, request("GET", "http://b.a.com/other"))).toBe("shop/other#0");
    expect(answer(mesh, request("GET", "http://b.a.com/else"))).toBeNull();
    expect(answer(mesh, request("GET", "http://z.org/else"))).toBe("shop/all#0");
  });
});
