import { describe, expect, it } from "vitest";
import { match } from "../../../src/decide/route/match.ts";
import { answer, compiled, request, service } from "../../support/compiled.ts";

const route = (name: string, spec: string, namespace = "shop"): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const backend = "backendRefs: [{name: orders}]";
const orders = service("orders");

describe("paths", () => {
  const mesh = compiled(
    orders +
      route("prefix", `{rules: [{matches: [{path: {value: /v2}}], ${backend}}]}`) +
      route("exact", `{rules: [{matches: [{path: {type: Exact, value: /v2}}], ${backend}}]}`) +
      route("slash", `{rules: [{matches: [{path: {value: /s/}}], ${backend}}]}`) +
      route("regex", `{rules: [{matches: [{path: {type: RegularExpression, value: "/v2/[0-9]+"}}], ${backend}}]}`),
  );

  it.each([
    ["/v2", "shop/exact#0"],
    ["/v2/", "shop/prefix#0"],
    ["/v2/a/b", "shop/prefix#0"],
    ["/v2/17", "shop/regex#0"],
    ["/v2/17/a", "shop/prefix#0"],
    ["/v2example", null],
    ["/V2", null],
    ["/s", "shop/slash#0"],
    ["/s/", "shop/slash#0"],
    ["/s/x", "shop/slash#0"],
    ["/sx", null],
    ["/", null],
  ])("%s is answered by %s", (path, expected) => {
    expect(answer(mesh, request("GET", `http://any.example${path}`))).toBe(expected);
  });

  it.each(["/constructor", "/__proto__", "/toString/x", "/v2/__proto__"])(
    "takes %s for a name like any other",
    (path) => {
      const expected = path.startsWith("/v2/") ? "shop/prefix#0" : null;
      expect(answer(mesh, request("GET", `http://any.example${path}`))).toBe(expected);
    },
  );

  it("prefers a longer pattern to a shorter one, whichever route is older", () => {
    const pattern = (name: string, value: string): string =>
      route(name, `{rules: [{matches: [{path: {type: RegularExpression, value: "${value}"}}], ${backend}}]}`);
    const two = compiled(orders + pattern("a", "/.*") + pattern("b", "/a[a-z]*"));
    expect(answer(two, request("GET", "http://any.example/ab"))).toBe("shop/b#0");
    expect(answer(two, request("GET", "http://any.example/b"))).toBe("shop/a#0");
  });

  it("reads a match's path as requests are read: one canonical form", () => {
    const escaped = compiled(
      orders + route("r", `{rules: [{matches: [{path: {type: Exact, value: "/%61%2db%c3%a9"}}], ${backend}}]}`),
    );
    expect(answer(escaped, { ...request("GET", "http://any.example/"), path: "/a-b%C3%A9" })).toBe("shop/r#0");
  });
});

describe("hosts", () => {
  const host = (name: string, hostnames: string): string =>
    route(name, `{hostnames: ${hostnames}, rules: [{${backend}}]}`);
  const mesh = compiled(
    orders +
      host("exact", '["a.example.com"]') +
      host("deep", '["*.b.example.com"]') +
      host("wide", '["*.example.com"]') +
      route("all", `{rules: [{matches: [{path: {value: /all}}], ${backend}}]}`),
  );

  it.each([
    ["a.example.com", "shop/exact#0"],
    ["x.b.example.com", "shop/deep#0"],
    ["x.y.b.example.com", "shop/deep#0"],
    ["b.example.com", "shop/wide#0"],
    ["example.com", null],
    ["other.org", null],
    ["constructor", null],
  ])("%s is answered by %s", (name, expected) => {
    expect(answer(mesh, request("GET", `http://${name}/`))).toBe(expected);
  });

  it("falls back to a less specific hostname when the specific one's routes do not match", () => {
    expect(answer(mesh, request("GET", "http://other.org/all"))).toBe("shop/all#0");
    const narrow = compiled(
      orders +
        route("narrow", `{hostnames: [a.example.com], rules: [{matches: [{path: {value: /only}}], ${backend}}]}`) +
        host("wide", '["*.example.com"]'),
    );
    expect(answer(narrow, request("GET", "http://a.example.com/only"))).toBe("shop/narrow#0");
    expect(answer(narrow, request("GET", "http://a.example.com/else"))).toBe("shop/wide#0");
  });

  it("looks a host of 8 KiB up once, not once for each of its labels", () => {
    const long = `${"a.".repeat(4000)}example.com`;
    expect(answer(mesh, { ...request("GET", "http://x.example/all"), host: long })).toBe("shop/all#0");
    expect(answer(mesh, { ...request("GET", "http://x.example/"), host: long })).toBeNull();
  });
});

describe("headers and query parameters", () => {
  const mesh = compiled(
    orders +
      route(
        "r",
        `
  rules:
    - {name: two, matches: [{headers: [{name: X-A, value: "1"}, {name: X-B, value: "2"}]}], ${backend}}
    - {name: one, matches: [{headers: [{name: X-A, value: "1"}]}], ${backend}}
    - {name: query, matches: [{queryParams: [{name: q, value: "1"}]}], ${backend}}
    - {name: pattern, matches: [{headers: [{name: cookie, type: RegularExpression, value: "(.*; )?canary=1(;.*)?"}]}], ${backend}}
    - {name: method, matches: [{method: POST}], ${backend}}
    - {name: twice, matches: [{headers: [{name: X-T, value: "1"}, {name: x-t, value: "2"}]}], ${backend}}`,
      ),
  );
  const ask = (headers: Record<string, string>, url = "http://any.example/", method = "GET"): string | null =>
    answer(mesh, request(method, url, headers));

  it("needs every header of a match, and prefers the match with more of them", () => {
    expect(ask({ "x-a": "1", "x-b": "2" })).toBe("shop/r#two");
    expect(ask({ "x-a": "1", "x-b": "3" })).toBe("shop/r#one");
    expect(ask({ "x-b": "2" })).toBeNull();
  });

  it("compares the value as a whole: a repeated header is its values joined, none of them alone", () => {
    expect(ask({ "x-a": "1, 1" })).toBeNull();
    expect(ask({ "x-a": "0, 1" })).toBeNull();
    expect(ask({ "x-a": "" })).toBeNull();
  });

  it("matches a pattern against the whole value only", () => {
    expect(ask({ cookie: "a=b; canary=1; c=d" })).toBe("shop/r#pattern");
    expect(ask({ cookie: "a=b; canary=12" })).toBeNull();
    expect(ask({ cookie: `${"a".repeat(8200)}; canary=1` })).toBeNull();
  });

  it("prefers a method to headers, and headers to query parameters", () => {
    expect(ask({ "x-a": "1" }, "http://any.example/", "POST")).toBe("shop/r#method");
    expect(ask({ "x-a": "1" }, "http://any.example/?q=1")).toBe("shop/r#one");
    expect(ask({}, "http://any.example/?q=1")).toBe("shop/r#query");
  });

  it("takes the first value of a query parameter", () => {
    expect(ask({}, "http://any.example/?q=1&q=2")).toBe("shop/r#query");
    expect(ask({}, "http://any.example/?q=2&q=1")).toBeNull();
    expect(ask({}, "http://any.example/?Q=1")).toBeNull();
  });

  it("goes by the first of two conditions on one header", () => {
    expect(ask({ "x-t": "1" })).toBe("shop/r#twice");
    expect(ask({ "x-t": "2" })).toBeNull();
  });
});

describe("where a request came in", () => {
  const gateway = (name: string, listeners: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {gatewayClassName: any, listeners: ${listeners}}
---`;
  const mesh = compiled(
    orders +
      gateway("both", "[{name: plain, port: 80, protocol: HTTP}, {name: secure, port: 443, protocol: HTTPS}]") +
      gateway("plain", "[{name: plain, port: 8080, protocol: HTTP, hostname: plain.example.com}]") +
      route(
        "redirect",
        `{parentRefs: [{name: both, sectionName: plain}], hostnames: [a.example.com], rules: [{${backend}}]}`,
      ) +
      route(
        "secure",
        `{parentRefs: [{name: both, sectionName: secure}], hostnames: [a.example.com], rules: [{${backend}}]}`,
      ) +
      route("plain", `{parentRefs: [{name: plain}], rules: [{matches: [{path: {value: /p}}], ${backend}}]}`) +
      route("built-in", `{hostnames: [b.example.com], rules: [{${backend}}]}`),
  );
  const at = (gatewayName: string | null, port: number | null, scheme: "http" | "https") => ({
    entry: { gateway: gatewayName, port, scheme },
  });

  it("asks the listeners of the request's own protocol when nobody says where it came in", () => {
    expect(answer(mesh, request("GET", "http://a.example.com/"))).toBe("shop/redirect#0");
    expect(answer(mesh, request("GET", "https://a.example.com/"))).toBe("shop/secure#0");
  });

  it("asks the others when none of its own knows the host", () => {
    const alone = compiled(
      orders +
        gateway("plain", "[{name: plain, port: 80, protocol: HTTP, hostname: plain.example.com}]") +
        route("plain", `{parentRefs: [{name: plain}], rules: [{${backend}}]}`),
    );
    expect(answer(alone, request("GET", "https://plain.example.com/"))).toBe("shop/plain#0");
    expect(answer(alone, request("GET", "https://other.example.com/"))).toBeNull();
  });

  it("goes by Gateway and port where they are known", () => {
    const ask = (url: string, more: object): string | null => answer(mesh, request("GET", url, {}, more));
    expect(ask("http://a.example.com/", at("shop/both", 443, "http"))).toBe("shop/secure#0");
    expect(ask("http://a.example.com/", at("shop/both", null, "https"))).toBe("shop/secure#0");
    expect(ask("http://plain.example.com/p", at("shop/plain", 8080, "http"))).toBe("shop/plain#0");
    expect(ask("http://plain.example.com/p", at("shop/plain", 80, "http"))).toBeNull();
    expect(ask("http://plain.example.com/p", at("shop/both", 80, "http"))).toBeNull();
    expect(ask("http://plain.example.com/p", at("shop/unknown", 80, "http"))).toBeNull();
  });

  it("takes requests for the built-in Gateway on any port, with either scheme", () => {
    for (const [url, port] of [
      ["http://b.example.com/", 80],
      ["https://b.example.com/", 9999],
    ] as const) {
      const scheme = url.startsWith("https") ? "https" : "http";
      expect(answer(mesh, request("GET", url, {}, at("selvage-system/selvage", port, scheme)))).toBe("shop/built-in#0");
      expect(answer(mesh, request("GET", url))).toBe("shop/built-in#0");
    }
  });

  it("answers with the hostname that matched", () => {
    expect(match(mesh.snapshot.router, request("GET", "http://b.example.com/"))).toMatchObject({
      host: "b.example.com",
    });
  });
});

describe("equal matches", () => {
  const one = (name: string, namespace: string): string => route(name, `{rules: [{${backend}}]}`, namespace);
  const mesh = (createdAt?: ReadonlyMap<string, string>) =>
    compiled(service("orders", "a") + service("orders", "b") + one("x", "b") + one("y", "a") + one("z", "a"), {
      createdAt: createdAt ?? new Map(),
    });

  it("go to the oldest route", () => {
    const created = new Map([
      ["HTTPRoute/a/y", "2026-03-01T00:00:00Z"],
      ["HTTPRoute/b/x", "2026-02-28T23:59:59.999Z"],
    ]);
    expect(answer(mesh(created), request("GET", "http://any.example/"))).toBe("b/x#0");
  });

  it("go to the first by namespace and name when they are of the same age", () => {
    expect(answer(mesh(), request("GET", "http://any.example/"))).toBe("a/y#0");
  });

  it("do not go to a route that is only now being written when there is an older one", () => {
    const created = new Map([["HTTPRoute/b/x", "2026-02-28T23:59:59Z"]]);
    expect(answer(mesh(created), request("GET", "http://any.example/"))).toBe("b/x#0");
  });
});
