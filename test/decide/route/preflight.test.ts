// Preflights: which rule is asked for permission, whatever its matches name.
import { describe, expect, it } from "vitest";
import { matchPreflight } from "../../../src/decide/route/preflight.ts";
import { compiled, request, service } from "../../support/compiled.ts";

const CORS = "{type: CORS, cors: {allowOrigins: ['https://page.example']}}";
const OTHER = "backendRefs: [{name: orders}]";
const rules = (...list: string[]) =>
  compiled(`${service("orders")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {rules: [${list.join(", ")}]}
---`);
const rule = (matches: string, cors = true): string =>
  `{matches: [${matches}], ${cors ? `filters: [${CORS}], ` : ""}${OTHER}}`;

/** The rule that a page's question is about, when it wants to send `method` with the `named` headers. */
function asked(
  { snapshot }: ReturnType<typeof compiled>,
  method: string,
  named: string | null = null,
  sent: Readonly<Record<string, string>> = {},
): string | null {
  const headers = {
    origin: "https://page.example",
    "access-control-request-method": method,
    ...(named === null ? {} : { "access-control-request-headers": named }),
    ...sent,
  };
  const found = matchPreflight(snapshot.router, request("OPTIONS", "http://any.example/books?v=1", headers));
  return found.match === null ? null : found.rule.name;
}

describe("a preflight", () => {
  it("is about the rule for the method that it announces", () => {
    const mesh = rules(rule("{method: GET}"), rule("{method: POST}"), rule("{method: DELETE}", false));
    expect(asked(mesh, "GET")).toBe("0");
    expect(asked(mesh, "POST")).toBe("1");
    expect(asked(mesh, "DELETE")).toBeNull();
    expect(asked(mesh, "PATCH")).toBeNull();
  });

  it("is about the rule whose header it announces, and not about one that the request will miss", () => {
    const mesh = rules(
      rule("{method: GET, headers: [{name: X-Tenant, value: gold}]}"),
      rule("{method: GET, headers: [{name: x-role, type: RegularExpression, value: 'a.*'}]}"),
      rule("{method: GET}"),
    );
    expect(asked(mesh, "GET", "accept-x, X-TENANT")).toBe("0");
    expect(asked(mesh, "GET", "x-role")).toBe("1");
    expect(asked(mesh, "GET")).toBe("2");
    expect(asked(mesh, "GET", "x-other")).toBe("2");
  });

  it("finds a rule by headers that browsers send without announcing them", () => {
    for (const name of ["cookie", "authorization", "accept-language", "content-type"]) {
      expect(asked(rules(rule(`{headers: [{name: ${name}, value: x}]}`)), "POST"), name).toBe("0");
    }
  });

  it("finds a rule whose header it does not announce, where no other takes the request", () => {
    const mesh = rules(rule("{headers: [{name: x-tenant, value: gold}]}"));
    expect(asked(mesh, "GET")).toBe("0");
  });

  it("is held to what it does send: its origin, its query", () => {
    const mesh = rules(
      rule("{method: GET, headers: [{name: origin, value: 'https://other.example'}]}"),
      rule("{method: GET, queryParams: [{name: v, value: '2'}]}"),
    );
    expect(asked(mesh, "GET")).toBeNull();
    expect(asked(mesh, "GET", "origin", { origin: "https://other.example" })).toBe("0");
  });

  it("is left to a rule that names OPTIONS itself", () => {
    const mesh = rules(rule("{method: POST}"), rule("{method: OPTIONS}", false));
    expect(asked(mesh, "POST")).toBe("1");
  });

  it("goes on to the service, as it came, where the request's own rule has no CORS filter", () => {
    const mesh = rules(rule("{method: POST}", false), rule("{path: {value: /}}", false));
    expect(asked(mesh, "POST")).toBe("1");
  });

  it("is answered where every backend that may take the request has a CORS filter", () => {
    const backends = (second: string): string =>
      `{matches: [{method: POST}], backendRefs: [{name: orders, filters: [${CORS}]}, {name: orders, weight: 2${second}}]}`;
    expect(asked(rules(backends(`, filters: [${CORS}]`)), "POST")).toBe("0");
    expect(asked(rules(backends("")), "POST")).toBeNull();
  });
});
