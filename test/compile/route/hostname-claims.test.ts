// Whose hostname it is: at the built-in Gateway, between Gateways, and over time.
import { describe, expect, it } from "vitest";
import type { Compiled, CompileOptions } from "../../../src/compile/compile.ts";
import { answer, compiled, parentConditions, request, service, told, words } from "../../support/compiled.ts";

const base = service("orders") + service("thief", "evil");
const route = (namespace: string, name: string, hostnames: string, more = ""): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: {hostnames: ${hostnames}, ${more}rules: [{backendRefs: [{name: ${namespace === "evil" ? "thief" : "orders"}}]}]}
---`;
const gateway = (namespace: string, name: string, listeners: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}}
spec: {gatewayClassName: any, listeners: ${listeners}}
---`;
const grant = (namespace: string, to: string, from = "HTTPRoute"): string => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: share, namespace: ${namespace}}
spec: {from: [{group: gateway.networking.k8s.io, kind: ${from}, namespace: evil}], to: [${to}]}
---`;
const named = (hostname: string, allowed = "Same"): string =>
  `[{name: h, port: 80, protocol: HTTP, hostname: "${hostname}", allowedRoutes: {namespaces: {from: ${allowed}}}}]`;
const at = (namespace: string, name: string): string => `parentRefs: [{name: ${name}, namespace: ${namespace}}], `;

/** Documents in the order in which they were first written. */
function mesh(parts: readonly string[], options: Partial<CompileOptions> = {}): Compiled {
  const times = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const [, kind] = /kind: (\w+)/.exec(part) ?? [];
    const [, name, namespace] = /metadata: \{name: ([-\w]+), namespace: ([-\w]+)/.exec(part) ?? [];
    times.set(`${kind}/${namespace}/${name}`, `2026-01-0${index + 1}T00:00:00Z`);
  }
  return compiled(base + parts.join(""), { createdAt: times, ...options });
}
const at80 = (result: Compiled, host: string, path = "/"): string | null =>
  answer(result, request("GET", `http://${host}${path}`));
const accepted = (result: Compiled, ref: string): string | undefined => parentConditions(result, ref)["Accepted"];

const shop = route("shop", "a", "[shop.example.com]");

describe("at the built-in Gateway a hostname", () => {
  it.each([
    ["the same", "[shop.example.com]"],
    ["a name below a wildcard", "[pay.shop.example.com]"],
  ])("belongs to the namespace that named it first: %s", (_, theirs) => {
    const own = route("shop", "a", '[shop.example.com, "*.shop.example.com"]');
    const result = mesh([own, route("evil", "b", theirs)]);
    expect(accepted(result, "HTTPRoute/shop/a")).toBe("True Accepted");
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("False HostnameOwned");
    expect(told(result.findings)).toEqual([
      "SLV1301 HTTPRoute/evil/b /spec/parentRefs",
      "SLV1218 HTTPRoute/evil/b /spec/hostnames/0",
    ]);
    const status = result.statuses.get("HTTPRoute/evil/b");
    expect(JSON.stringify(status)).toContain("belongs to the namespace shop");
    expect(at80(result, theirs.slice(1, -1))).toBe("shop/a#0");
  });

  it("is told by age alone, not by names or order", () => {
    const result = mesh([route("evil", "z", "[shop.example.com]"), shop]);
    expect(accepted(result, "HTTPRoute/evil/z")).toBe("True Accepted");
    expect(accepted(result, "HTTPRoute/shop/a")).toBe("False HostnameOwned");
  });

  it("lies within a later wildcard of another, whose rules it never falls through to", () => {
    const own = route("shop", "a", "[shop.example.com]").replace(
      "rules: [{",
      "rules: [{matches: [{path: {value: /in}}], ",
    );
    const result = mesh([own, route("evil", "b", '["*.example.com"]'), route("infra", "all", "[]")]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("True Accepted");
    expect(at80(result, "shop.example.com", "/in")).toBe("shop/a#0");
    expect(at80(result, "shop.example.com", "/out")).toBe("infra/all#0");
    expect(at80(result, "other.example.com", "/out")).toBe("evil/b#0");
  });

  it("lies within names of a Gateway's routes too, which its requests never fall through to", () => {
    const inner = route("shop", "a", '["*.b.example.com"]').replace(
      "rules: [{",
      "rules: [{matches: [{path: {value: /in}}], ",
    );
    const both = "parentRefs: [{name: selvage, namespace: selvage-system}, {name: g}], ";
    const open = "[{name: any, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}, ";
    const parts = [inner, route("evil", "b", '["*.example.com"]', both)];
    const result = mesh([...parts, gateway("evil", "g", open + named("*.com", "None").slice(1).replace("80", "8080"))]);
    expect(at80(result, "a.b.example.com", "/in")).toBe("shop/a#0");
    expect(at80(result, "a.b.example.com", "/out")).toBeNull();
    expect(at80(result, "other.example.com", "/out")).toBe("evil/b#0");
  });

  it("that is another's leaves a route its other hostnames", () => {
    const result = mesh([shop, route("evil", "b", "[shop.example.com, evil.example.com]")]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("True HostnameOwned");
    expect(told(result.findings)).toEqual(["SLV1218 HTTPRoute/evil/b /spec/hostnames/0"]);
    expect([at80(result, "shop.example.com"), at80(result, "evil.example.com")]).toEqual(["shop/a#0", "evil/b#0"]);
  });

  it.each([
    ["its owner, by the hostname", grant("shop", '{group: selvage.dev, kind: Hostname, name: "*.example.com"}')],
    [
      "its owner, by the route that named it",
      grant("shop", "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}"),
    ],
    [
      "an admin, by the hostname",
      grant("selvage-system", "{group: selvage.dev, kind: Hostname, name: shop.example.com}"),
    ],
    [
      "an admin, by the built-in Gateway",
      grant("selvage-system", "{group: gateway.networking.k8s.io, kind: Gateway, name: selvage}"),
    ],
  ])("is shared by %s", (_, by) => {
    const theirs = route("evil", "b", "[shop.example.com]").replace(
      "rules: [{",
      "rules: [{matches: [{path: {value: /pay}}], ",
    );
    const result = mesh([shop, theirs, by]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("True Accepted");
    expect([at80(result, "shop.example.com", "/pay"), at80(result, "shop.example.com")]).toEqual([
      "evil/b#0",
      "shop/a#0",
    ]);
  });

  it.each([
    ["for services", grant("shop", "{group: selvage.dev, kind: Service}")],
    ["for another route", grant("shop", "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: other}")],
    ["for another hostname", grant("shop", "{group: selvage.dev, kind: Hostname, name: other.example.com}")],
    ["of a third namespace", grant("web", "{group: selvage.dev, kind: Hostname}")],
    ["of its own", grant("evil", "{group: selvage.dev, kind: Hostname}")],
    ["to Gateways", grant("shop", "{group: selvage.dev, kind: Hostname}", "Gateway")],
  ])("is not shared by a grant %s", (_, by) => {
    expect(accepted(mesh([shop, route("evil", "b", "[shop.example.com]"), by]), "HTTPRoute/evil/b")).toBe(
      "False HostnameOwned",
    );
  });
});

describe("over time", () => {
  it("an old document that is given a hostname does not take it from who has it", () => {
    const first = mesh([route("evil", "b", "[evil.example.com]"), shop]);
    expect(first.statuses.get("HTTPRoute/shop/a")).toMatchObject({
      hostnames: { "shop.example.com": "2026-11-23T12:00:00Z" },
    });
    const later = { now: "2026-11-24T12:00:00Z", previous: first.statuses };
    const second = mesh([route("evil", "b", "[evil.example.com, shop.example.com]"), shop], later);
    expect(at80(second, "shop.example.com")).toBe("shop/a#0");
    expect(told(second.findings)).toEqual(["SLV1218 HTTPRoute/evil/b /spec/hostnames/1"]);
    // It was never theirs, so it counts from no earlier than when it is.
    const third = mesh([route("evil", "b", "[evil.example.com, shop.example.com]")], {
      now: "2026-11-25T12:00:00Z",
      previous: second.statuses,
    });
    expect(third.statuses.get("HTTPRoute/evil/b")).toMatchObject({
      hostnames: { "evil.example.com": "2026-11-23T12:00:00Z", "shop.example.com": "2026-11-25T12:00:00Z" },
    });
  });

  it("a namespace keeps its hostname while any of its documents names it", () => {
    const first = mesh([route("evil", "b", "[evil.example.com]"), shop, route("shop", "second", "[shop.example.com]")]);
    const later = { now: "2026-11-24T12:00:00Z", previous: first.statuses };
    const second = mesh(
      [route("evil", "b", "[shop.example.com]"), route("shop", "second", "[shop.example.com]")],
      later,
    );
    expect(at80(second, "shop.example.com")).toBe("shop/second#0");
  });
});

describe("a hostname that a Gateway's listener names", () => {
  const own = gateway("shop", "own", named("safe.example.com"));
  const safe = route("shop", "safe", "[safe.example.com]", at("shop", "own"));

  it("is not served by the built-in Gateway, whatever is more exact there", () => {
    const theirs = route("evil", "b", "[safe.example.com]").replace(
      "rules: [{",
      "rules: [{matches: [{path: {value: /pay}}], ",
    );
    const result = mesh([own, safe, theirs]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("False HostnameOwned");
    expect(at80(result, "safe.example.com", "/pay")).toBe("shop/safe#0");
  });

  it("is not served there for wider names either, nor for every host", () => {
    const result = mesh([own, route("evil", "b", '["*.example.com"]'), route("infra", "all", "[]")]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("True Accepted");
    expect([at80(result, "safe.example.com"), at80(result, "other.example.com")]).toEqual([null, "evil/b#0"]);
  });

  it("is its namespace's own routes' only through that Gateway", () => {
    const result = mesh([route("shop", "a", "[safe.example.com]"), own, safe]);
    expect(accepted(result, "HTTPRoute/shop/a")).toBe("False HostnameOwned");
    expect(at80(result, "safe.example.com")).toBe("shop/safe#0");
  });

  it.each(["shop.example.com", "*.example.com"])(
    "is not taken from who has it at the built-in Gateway (%s)",
    (theirs) => {
      const take = gateway("evil", "take", named(theirs));
      const result = mesh([shop, take, route("evil", "b", "[shop.example.com]", at("evil", "take"))]);
      expect(at80(result, "shop.example.com")).toBe("shop/a#0");
      const refused = theirs === "shop.example.com";
      expect(accepted(result, "HTTPRoute/evil/b")).toBe(
        refused ? "False NotAllowedByListeners" : "False HostnameOwned",
      );
      const status = result.statuses.get("Gateway/evil/take");
      const conditions = status !== undefined && "listeners" in status ? (status.listeners[0]?.conditions ?? []) : [];
      expect(words(conditions)["Accepted"]).toBe(refused ? "False HostnameOwned" : "True Accepted");
      if (refused) {
        expect(told(result.findings)).toContain("SLV1213 Gateway/evil/take /spec/listeners/0");
      }
    },
  );

  it.each([
    ["by a Gateway that names it", gateway("evil", "take", named("safe.example.com"))],
    ["by a Gateway that names no host", gateway("evil", "take", "[{name: all, port: 80, protocol: HTTP}]")],
  ])("is not taken from another Gateway %s", (_, take) => {
    const theirs = route("evil", "b", "[safe.example.com]", at("evil", "take")).replace(
      "rules: [{",
      "rules: [{matches: [{path: {value: /pay}}], ",
    );
    const result = mesh([own, safe, take, theirs]);
    expect(at80(result, "safe.example.com", "/pay")).toBe("shop/safe#0");
    expect(accepted(result, "HTTPRoute/evil/b")?.startsWith("False")).toBe(true);
  });

  it("goes to an admin's Gateway before anybody's", () => {
    const admins = gateway("selvage-system", "edge", named("*.example.com", "All"));
    const result = mesh([shop, admins, route("evil", "b", "[shop.example.com]", at("selvage-system", "edge"))]);
    expect(accepted(result, "HTTPRoute/shop/a")).toBe("False HostnameOwned");
    expect(at80(result, "shop.example.com")).toBe("evil/b#0");
  });

  it("is shared among the routes that its Gateway takes", () => {
    const edge = gateway("infra", "edge", named("*.example.com", "All"));
    const result = mesh([
      edge,
      route("shop", "a", "[a.example.com]", at("infra", "edge")),
      route("evil", "b", "[a.example.com]", at("infra", "edge")),
    ]);
    expect([accepted(result, "HTTPRoute/shop/a"), accepted(result, "HTTPRoute/evil/b")]).toEqual([
      "True Accepted",
      "True Accepted",
    ]);
  });
});

describe("an admin's Gateway in the built-in one's place", () => {
  const restricted = gateway("selvage-system", "selvage", named("*.apps.example.com", "All"));

  it("says which hostnames and namespaces routes may attach with", () => {
    const result = mesh([
      restricted,
      route("shop", "a", "[shop.apps.example.com]"),
      route("evil", "b", "[other.example.com]"),
    ]);
    expect(accepted(result, "HTTPRoute/shop/a")).toBe("True Accepted");
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("False NoMatchingListenerHostname");
    expect([at80(result, "shop.apps.example.com"), at80(result, "other.example.com")]).toEqual(["shop/a#0", null]);
  });

  it("keeps hostnames apart as the built-in one does", () => {
    const result = mesh([
      restricted,
      route("shop", "a", "[shop.apps.example.com]"),
      route("evil", "b", "[shop.apps.example.com]"),
    ]);
    expect(accepted(result, "HTTPRoute/evil/b")).toBe("False HostnameOwned");
  });
});

describe("below the mesh's domain", () => {
  const options = { meshDomain: "mesh.example" };

  it.each(["orders.shop.mesh.example", "missing.shop.mesh.example", "*.shop.mesh.example"])(
    "%s is the namespace's own, with services or without",
    (hostname) => {
      const result = mesh(
        [
          route("evil", "b", `["${hostname}"]`),
          route("shop", "a", `["${hostname}"]`),
          grant("shop", "{group: selvage.dev, kind: Hostname}"),
        ],
        options,
      );
      expect(accepted(result, "HTTPRoute/evil/b")).toBe("False HostnameOwned");
      expect(accepted(result, "HTTPRoute/shop/a")).toBe("True Accepted");
    },
  );
});
