// What the linter says of routes that work otherwise than their authors may think, and the requests that show it.
import { describe, expect, it } from "vitest";
import { answer, compiled, request, service, told } from "../../support/compiled.ts";

const orders = service("orders") + service("orders", "web");
const route = (name: string, spec: string, namespace = "shop"): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const backend = "backendRefs: [{name: orders}]";

/** The rule that answers the example of a finding. */
function shown(result: ReturnType<typeof compiled>, index = 0): string | null {
  const example = result.findings[index]?.example;
  return example === undefined ? "no example" : answer(result, request(example.method, example.url, example.headers));
}

describe("two routes with the same match", () => {
  const same =
    '{hostnames: [a.com], rules: [{matches: [{path: {value: /x}, headers: [{name: X-A, value: "1"}, {name: X-B, value: "2"}]}], backendRefs: [{name: orders}]}]}';
  const reordered =
    '{hostnames: [a.com, b.com], rules: [{name: late, matches: [{path: {value: /x/}, headers: [{name: x-b, value: "2"}, {name: x-a, value: "1"}]}], backendRefs: [{name: orders}]}]}';

  it("are told of, with who takes the requests and a request that shows it", () => {
    const result = compiled(orders + route("one", same) + route("two", reordered));
    expect(result.findings).toEqual([
      {
        severity: "warning",
        code: "SLV1303",
        ref: "HTTPRoute/shop/two",
        pointer: "/spec/rules/0/matches/0",
        message:
          "rule 0 of HTTPRoute shop/one has the same match and comes first (the older route, then by name): it takes these requests",
        hint: "Remove one of the two, or tell them apart by host, path, method, header or query.",
        example: { method: "GET", url: "http://a.com/x/any", headers: { "x-b": "2", "x-a": "1" } },
      },
    ]);
    expect(shown(result)).toBe("shop/one#0");
  });

  it("are told of with another code when they are of two namespaces that share a Gateway", () => {
    const edge = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP, hostname: "*.com", allowedRoutes: {namespaces: {from: All}}}]}
---`;
    const at = (spec: string): string => spec.replace("{", "{parentRefs: [{name: edge, namespace: infra}], ");
    const result = compiled(orders + edge + route("one", at(same)) + route("two", at(reordered), "web"));
    expect(told(result.findings)).toEqual(["SLV1304 HTTPRoute/web/two /spec/rules/0/matches/0"]);
    expect(result.findings[0]?.hint).toBe(
      "Agree with the owners of the other namespace who serves this host and path.",
    );
    expect(shown(result)).toBe("shop/one#0");
  });

  it("are told of for patterns too, with a text that the pattern matches", () => {
    const pattern =
      "{rules: [{matches: [{path: {type: RegularExpression, value: '/v[0-9]+/(a|b)'}}], backendRefs: [{name: orders}]}]}";
    const result = compiled(orders + route("one", pattern) + route("two", pattern));
    expect(told(result.findings)).toEqual(["SLV1303 HTTPRoute/shop/two /spec/rules/0/matches/0"]);
    expect(result.findings[0]?.example?.url).toBe("http://any.example/v0/a");
    expect(shown(result)).toBe("shop/one#0");
  });

  it("are no conflict on different hosts, methods or parents", () => {
    const mesh =
      orders +
      route("a", `{hostnames: [a.com], rules: [{${backend}}]}`) +
      route("b", `{hostnames: [b.com], rules: [{${backend}}]}`) +
      route("c", `{hostnames: ["*.com"], rules: [{${backend}}]}`) +
      route("get", `{hostnames: [c.org], rules: [{matches: [{method: GET}], ${backend}}]}`) +
      route("post", `{hostnames: [c.org], rules: [{matches: [{method: POST}], ${backend}}]}`) +
      route("mesh", `{hostnames: [a.com], parentRefs: [{kind: Service, name: orders}], rules: [{${backend}}]}`);
    expect(compiled(mesh).findings).toEqual([]);
  });

  it("are told of on a service, too", () => {
    const attached = `{parentRefs: [{kind: Service, name: orders}], rules: [{${backend}}]}`;
    const result = compiled(orders + route("one", attached) + route("two", attached));
    expect(told(result.findings)).toEqual(["SLV1303 HTTPRoute/shop/two /spec/rules/0/matches/0"]);
    expect(result.findings[0]?.example).toEqual({ method: "GET", url: "http://mesh.example/svc/orders.shop/any" });
  });
});

describe("a match that is never reached", () => {
  it.each([
    [
      "an earlier rule of the same route has it",
      `{rules: [{matches: [{path: {value: /x}}], ${backend}}, {matches: [{path: {value: /x}}], ${backend}}]}`,
      1,
      "rule 0 of HTTPRoute shop/r",
    ],
    [
      "a pattern takes every path before it",
      `{rules: [{matches: [{path: {value: /x}}], ${backend}}, {matches: [{path: {type: RegularExpression, value: "/.*"}}], ${backend}}]}`,
      0,
      "rule 1 of HTTPRoute shop/r",
    ],
    [
      "a pattern takes its header's value and comes first",
      `{rules: [{matches: [{headers: [{name: a, type: RegularExpression, value: "[0-9]"}]}], ${backend}}, {matches: [{headers: [{name: a, value: "1"}]}], ${backend}}]}`,
      1,
      "rule 0 of HTTPRoute shop/r",
    ],
  ])("because %s is told of", (_, spec, rule, owner) => {
    const result = compiled(orders + route("r", spec));
    expect(told(result.findings)).toEqual([`SLV1305 HTTPRoute/shop/r /spec/rules/${rule}/matches/0`]);
    expect(result.findings[0]?.message).toBe(`No request reaches this match: ${owner} takes them all`);
    expect(`rule ${shown(result)?.split("#")[1]} of HTTPRoute shop/r`).toBe(owner);
  });

  it("because one rule for each method stands before it is told of", () => {
    const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    const all = methods.map((method) => `{matches: [{method: ${method}}], ${backend}}`);
    expect(told(compiled(orders + route("r", `{rules: [${all.join(", ")}, {${backend}}]}`)).findings)).toEqual([
      "SLV1305 HTTPRoute/shop/r /spec/rules/9/matches/0",
    ]);
    expect(compiled(orders + route("r", `{rules: [${all.slice(1).join(", ")}, {${backend}}]}`)).findings).toEqual([]);
  });

  it.each([
    [
      "a longer prefix takes part of it",
      `{rules: [{matches: [{path: {value: /x}}], ${backend}}, {matches: [{path: {value: /x/y}}], ${backend}}]}`,
    ],
    [
      "a pattern takes part of it",
      `{rules: [{matches: [{path: {value: /x}}], ${backend}}, {matches: [{path: {type: RegularExpression, value: "/x/a.*"}}], ${backend}}]}`,
    ],
    [
      "a match with more conditions takes part of it",
      `{rules: [{${backend}}, {matches: [{headers: [{name: a, value: "1"}]}], ${backend}}]}`,
    ],
    [
      "its own rule has a second one like it",
      `{rules: [{matches: [{path: {value: /x}}, {path: {value: /x/}}], ${backend}}]}`,
    ],
  ])("is not claimed because %s", (_, spec) => {
    expect(compiled(orders + route("r", spec)).findings).toEqual([]);
  });
});

describe("a hostname that another listener owns", () => {
  const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: any, listeners: [{name: all, port: 80, protocol: HTTP}, {name: own, port: 80, protocol: HTTP, hostname: own.example.com}]}
---`;

  it("is told of, once for all matches", () => {
    const spec = `{parentRefs: [{name: edge, sectionName: all}], hostnames: [a.example.com, own.example.com], rules: [{${backend}}, {matches: [{path: {value: /x}}], ${backend}}]}`;
    const result = compiled(orders + gateway + route("r", spec));
    expect(result.findings).toEqual([
      {
        severity: "warning",
        code: "SLV1306",
        ref: "HTTPRoute/shop/r",
        pointer: "/spec/hostnames/1",
        message:
          'Requests for own.example.com belong to a listener of Gateway shop/edge that is more specific than "all"',
        hint: "Attach the route to that listener too (sectionName), or remove the hostname.",
        example: { method: "GET", url: "http://own.example.com/any" },
      },
    ]);
    expect(shown(result)).toBeNull();
  });

  it("is no matter when the route is attached to that listener as well", () => {
    const spec = `{parentRefs: [{name: edge}], hostnames: [a.example.com, own.example.com], rules: [{${backend}}]}`;
    const { findings } = compiled(orders + gateway + route("r", spec));
    expect(findings).toEqual([]);
  });
});

describe("a rule that sends nowhere", () => {
  it("because all weights are 0 is told of", () => {
    const result = compiled(
      orders +
        route("r", "{rules: [{name: off, backendRefs: [{name: orders, weight: 0}, {name: orders, weight: 0}]}]}"),
    );
    expect(result.findings).toMatchObject([
      {
        code: "SLV1302",
        pointer: "/spec/rules/0",
        message: "All backends of the rule have weight 0: its requests are answered 500",
      },
    ]);
    expect(shown(result)).toBe("shop/r#off");
  });

  it("because there are no backends is told of, unless it redirects", () => {
    const redirect =
      "{matches: [{path: {value: /old}}], filters: [{type: RequestRedirect, requestRedirect: {hostname: b.com}}]}";
    const result = compiled(
      orders + route("r", `{rules: [{matches: [{path: {value: /x}, method: POST}]}, ${redirect}]}`),
    );
    expect(told(result.findings)).toEqual(["SLV1308 HTTPRoute/shop/r /spec/rules/0"]);
    expect(result.findings[0]?.example).toEqual({ method: "POST", url: "http://any.example/x/any" });
    expect(shown(result)).toBe("shop/r#0");
  });
});

describe("single values", () => {
  it("that are no RE2 pattern are errors, wherever they stand", () => {
    const spec = `{rules: [{matches: [{path: {type: RegularExpression, value: "/(?=x)"}}, {headers: [{name: a, type: RegularExpression, value: "("}]}, {queryParams: [{name: a, type: RegularExpression, value: "(?:a{1,30}){1,30}"}]}], ${backend}}]}`;
    const { findings, snapshot } = compiled(orders + route("r", spec));
    expect(findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`)).toEqual([
      "error SLV1215 /spec/rules/0/matches/0/path/value",
      "error SLV1215 /spec/rules/0/matches/1/headers/0/value",
      "error SLV1215 /spec/rules/0/matches/2/queryParams/0/value",
    ]);
    expect(findings[2]?.message).toBe("The pattern needs 1801 states; 1000 is the most (counted repetitions multiply)");
    expect(snapshot.router.matches).toEqual([]);
  });

  it("that name a version nobody has are told of, where the document lists endpoints", () => {
    const result = compiled(orders + route("r", "{rules: [{backendRefs: [{name: orders, version: v9}]}]}"));
    expect(told(result.findings)).toEqual(["SLV1211 HTTPRoute/shop/r /spec/rules/0/backendRefs/0/version"]);
    expect(result.findings[0]?.message).toBe('No endpoint in the document of Service shop/orders has the version "v9"');
    const dynamic = orders.replaceAll(/endpoints: \[.*\]/g, "endpoints: []");
    expect(compiled(dynamic + route("r", "{rules: [{backendRefs: [{name: orders, version: v9}]}]}")).findings).toEqual(
      [],
    );
  });

  it("that no canonical path holds are told of", () => {
    const result = compiled(orders + route("r", `{rules: [{matches: [{path: {value: "/a;v=1"}}], ${backend}}]}`));
    expect(told(result.findings)).toEqual(["SLV1309 HTTPRoute/shop/r /spec/rules/0/matches/0/path/value"]);
    expect(result.findings[0]?.message).toBe("Paths are matched without ;parameters: this is read as /a");
  });
});
