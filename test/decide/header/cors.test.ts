import { describe, expect, it } from "vitest";
import {
  isPreflight,
  markResponse,
  originMatches,
  preflightHeaders,
  type CorsFilter,
} from "../../../src/decide/header/cors.ts";

const filter = (changes: Partial<CorsFilter>): CorsFilter => ({
  type: "CORS",
  allowOrigins: ["https://www.foo.example"],
  allowMethods: ["GET", "OPTIONS"],
  allowHeaders: ["x-header-1", "x-header-2"],
  exposeHeaders: ["x-header-3"],
  allowCredentials: false,
  maxAgeSeconds: 5,
  ...changes,
});

const asked = (origin: string, method = "PUT", headers?: string): Headers =>
  new Headers({
    origin,
    "access-control-request-method": method,
    ...(headers === undefined ? {} : { "access-control-request-headers": headers }),
  });

describe("originMatches", () => {
  it.each([
    ["https://www.foo.example", "https://www.foo.example", true],
    ["https://www.foo.example", "HTTPS://WWW.FOO.EXAMPLE", true],
    ["https://www.foo.example", "http://www.foo.example", false],
    ["https://www.foo.example", "https://foo.example", false],
    ["https://www.foo.example", "https://www.foo.example:443", true],
    ["https://www.foo.example", "https://www.foo.example:8443", false],
    ["http://www.foo.example:80", "http://www.foo.example", true],
    ["https://*.bar.example", "https://www.bar.example", true],
    ["https://*.bar.example", "https://xpto.www.bar.example", true],
    ["https://*.bar.example", "https://bar.example", false],
    ["https://*.bar.example", "https://.bar.example", false],
    ["https://*.bar.example", "https://evilbar.example", false],
    ["https://*.bar.example", "https://www.bar.example.evil.example", false],
    ["https://*.bar.example", "https://www.bar.example:8443", false],
    ["https://*.bar.example:8443", "https://www.bar.example:8443", true],
    ["https://*", "https://anything.example", true],
    ["https://*", "http://anything.example", false],
    ["https://www.foo.example", "null", false],
    ["https://*", "https://user@evil.example", false],
    ["https://*", "https://evil.example/path", false],
  ])("%s, asked from %s: %s", (pattern, origin, expected) => {
    expect(originMatches(pattern, origin)).toBe(expected);
  });
});

describe("preflightHeaders", () => {
  it("names what the filter lists", () => {
    expect(
      preflightHeaders(filter({ allowCredentials: true, maxAgeSeconds: 3600 }), asked("https://www.foo.example")),
    ).toEqual({
      vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
      "access-control-allow-origin": "https://www.foo.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, OPTIONS",
      "access-control-allow-headers": "x-header-1, x-header-2",
      "access-control-expose-headers": "x-header-3",
      "access-control-max-age": "3600",
    });
  });

  it("tells an origin that is not allowed nothing", () => {
    expect(Object.keys(preflightHeaders(filter({}), asked("https://evil.example")))).toEqual(["vary"]);
  });

  it("repeats the caller's own question for wildcards beside credentials", () => {
    const everything = { allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"], exposeHeaders: ["*"] };
    const withCredentials = preflightHeaders(
      filter({ ...everything, allowCredentials: true }),
      asked("https://a.example", "PUT", "x-a"),
    );
    expect(withCredentials).toMatchObject({
      "access-control-allow-origin": "https://a.example",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-a",
    });
    expect(withCredentials).not.toHaveProperty("access-control-expose-headers");
    expect(
      preflightHeaders(filter({ ...everything, allowCredentials: true }), asked("https://a.example")),
    ).not.toHaveProperty("access-control-allow-headers");
    expect(preflightHeaders(filter(everything), asked("null"))).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-expose-headers": "*",
    });
  });

  it("leaves out empty lists", () => {
    const bare = preflightHeaders(
      filter({ allowMethods: [], allowHeaders: [], exposeHeaders: [] }),
      asked("https://www.foo.example"),
    );
    expect(Object.keys(bare).toSorted()).toEqual(["access-control-allow-origin", "access-control-max-age", "vary"]);
  });
});

describe("isPreflight", () => {
  it("needs OPTIONS, an origin and a method that is asked for", () => {
    expect(isPreflight("OPTIONS", asked("https://a.example"))).toBe(true);
    expect(isPreflight("GET", asked("https://a.example"))).toBe(false);
    expect(isPreflight("OPTIONS", new Headers({ origin: "https://a.example" }))).toBe(false);
    expect(isPreflight("OPTIONS", new Headers({ "access-control-request-method": "GET" }))).toBe(false);
  });
});

describe("markResponse", () => {
  const marked = (
    changes: Partial<CorsFilter>,
    origin: string | null,
    before: Record<string, string> = {},
  ): Headers => {
    const headers = new Headers(before);
    markResponse(filter(changes), origin, headers);
    return headers;
  };

  it("lets the page of an allowed origin read the answer", () => {
    const headers = marked({ allowCredentials: true }, "https://www.foo.example", { vary: "Accept" });
    expect(Object.fromEntries(headers)).toEqual({
      "access-control-allow-origin": "https://www.foo.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "x-header-3",
      vary: "Accept, Origin",
    });
  });

  it("takes away what the service itself allowed", () => {
    const headers = marked({}, "https://evil.example", { "access-control-allow-origin": "*" });
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("vary")).toBe("Origin");
  });

  it("says the same to everybody where every origin is allowed", () => {
    const headers = marked({ allowOrigins: ["*"] }, "https://a.example");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("vary")).toBeNull();
  });

  it("says nothing to a request without an origin", () => {
    expect(marked({}, null).get("access-control-allow-origin")).toBeNull();
  });
});
