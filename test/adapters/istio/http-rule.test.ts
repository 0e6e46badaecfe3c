import { describe, expect, it } from "vitest";
import { ruleOf, told, toWeb } from "../../support/istio/import.ts";

const backendRefs = [{ name: "web" }];
const timeouts = { request: "0s" };

describe("matches", () => {
  it("says exact paths, patterns, headers, query parameters and methods", () => {
    const match = {
      uri: { regex: "/v[0-9]+/.*" },
      method: { exact: "GET" },
      headers: { "x-a": { exact: "1" }, "x-b": { prefix: "a.b" }, "x-c": { regex: "a|b" }, "x-d": {} },
      queryParams: { q: { exact: "1" } },
    };
    const { rules, notes } = ruleOf({ match: [match, { uri: { exact: "/a" } }], ...toWeb });
    expect(notes).toEqual([]);
    expect(rules).toEqual([
      {
        matches: [
          {
            path: { type: "RegularExpression", value: "/v[0-9]+/.*" },
            headers: [
              { name: "x-a", type: "Exact", value: "1" },
              { name: "x-b", type: "RegularExpression", value: "a\\.b.*" },
              { name: "x-c", type: "RegularExpression", value: "a|b" },
              { name: "x-d", type: "RegularExpression", value: ".*" },
            ],
            queryParams: [{ name: "q", type: "Exact", value: "1" }],
            method: "GET",
          },
          { path: { type: "Exact", value: "/a" } },
        ],
        backendRefs,
        timeouts,
      },
    ]);
  });

  it.each([
    ["/", []],
    [
      "/foo",
      [
        "changed /spec/http/0/match/0/uri/prefix: A prefix is whole segments here: /foo and /foo/… match, /foox no longer does",
      ],
    ],
    [
      "/foo/",
      [
        "changed /spec/http/0/match/0/uri/prefix: A prefix is whole segments here: /foo itself matches as well, which does not start with /foo/",
      ],
    ],
  ])("says the prefix %s by segments, and tells where that differs", (prefix, expected) => {
    const { rules, notes } = ruleOf({ match: [{ uri: { prefix } }], ...toWeb });
    expect(rules).toMatchObject([{ matches: [{ path: { type: "PathPrefix", value: prefix } }] }]);
    expect(told(notes)).toEqual(expected);
  });

  it("says methods that are alternatives one by one, and letters of either case by a pattern", () => {
    const listed = ruleOf({ match: [{ method: { regex: "GET|POST" } }], ...toWeb });
    expect(listed.rules).toMatchObject([{ matches: [{ method: "GET" }, { method: "POST" }] }]);
    const folded = ruleOf({ match: [{ uri: { exact: "/a.b" }, ignoreUriCase: true }], ...toWeb });
    expect(folded.rules).toMatchObject([{ matches: [{ path: { type: "RegularExpression", value: "(?i)/a\\.b" } }] }]);
    expect(told(folded.notes)[0]).toMatch(/^changed \/spec\/http\/0\/match\/0\/uri: Letters of either case/);
  });

  it.each([
    [{ withoutHeaders: { a: { exact: "b" } } }, "withoutHeaders"],
    [{ sourceLabels: { app: "x" } }, "sourceLabels"],
    [{ sourceNamespace: "x" }, "sourceNamespace"],
    [{ authority: { exact: "a.example" } }, "authority"],
    [{ scheme: { exact: "https" } }, "scheme"],
    [{ port: 80 }, "port"],
    [{ moonPhase: "full" }, "moonPhase"],
  ])("leaves a match with %j out whole, and keeps the others", (condition, field) => {
    const { rules, notes } = ruleOf({
      match: [{ uri: { exact: "/a" }, ...condition }, { uri: { exact: "/b" } }],
      ...toWeb,
    });
    expect(rules).toMatchObject([{ matches: [{ path: { type: "Exact", value: "/b" } }] }]);
    expect(notes).toMatchObject([{ severity: "dropped", pointer: `/spec/http/0/match/0/${field}` }]);
    expect(notes[0]?.message).toMatch(/so the match is left out$/);
  });

  it("never lets a match go without a condition of an unknown sort, a bad pattern or a bad path", () => {
    for (const match of [
      { headers: { a: { glob: "*" } } },
      { uri: { glob: "/a*" } },
      { uri: { regex: "(" } },
      { uri: { exact: "/a b" } },
      { method: { prefix: "P" } },
      { headers: { ":method": { exact: "GET" } } },
    ]) {
      const { rules, notes } = ruleOf({ match: [match], ...toWeb }, { match: [{ uri: { exact: "/z" } }], ...toWeb });
      expect(rules, JSON.stringify(match)).toMatchObject([{ matches: [{ path: { value: "/z" } }] }]);
      expect(told(notes).at(-1)).toBe(
        "dropped /spec/http/0: None of its matches can be said, so the rule is left out: its requests fall to the rules after it",
      );
    }
  });

  it.each([
    { directResponse: { status: 403 } },
    { fault: { abort: { httpStatus: 403, percentage: { value: 100 } } }, ...toWeb },
  ])("imports nothing of a VirtualService whose refusing rule has a match that cannot be said: %j", (refusing) => {
    const { rules, notes } = ruleOf(
      { match: [{ uri: { prefix: "/admin/" }, withoutHeaders: { a: {}, b: { exact: "c" } } }], ...refusing },
      toWeb,
    );
    expect(rules).toEqual([]);
    expect(told(notes).at(-1)).toMatch(/^dropped : Rule 0 refuses requests .* no part of it is imported$/);
  });
});

describe("actions", () => {
  it("answers by itself with a directResponse", () => {
    const directResponse = { status: 403, body: { string: "no" } };
    const { rules, notes } = ruleOf({ match: [{ uri: { exact: "/a" } }], directResponse });
    const filter = { type: "DirectResponse", directResponse: { statusCode: 403, body: { string: "no" } } };
    expect(rules).toEqual([{ matches: [{ path: { type: "Exact", value: "/a" } }], filters: [filter] }]);
    expect(notes).toEqual([]);
    const set = [{ name: "content-type", value: "text/html" }];
    const headed = ruleOf({ directResponse, headers: { response: { set: { "content-type": "text/html" } } } });
    expect(headed.rules).toEqual([
      { filters: [{ type: "ResponseHeaderModifier", responseHeaderModifier: { set } }, filter] },
    ]);
    expect(headed.notes).toEqual([]);
  });

  it.each(["delegate", "directResponse"])(
    "answers 500 where a %s cannot be said, so that nothing falls through",
    (field) => {
      const { rules, notes } = ruleOf({
        match: [{ uri: { exact: "/a" } }],
        [field]: { status: 404, name: "x", body: { bytes: "eA==" } },
        ...toWeb,
      });
      expect(rules).toEqual([{ matches: [{ path: { type: "Exact", value: "/a" } }] }]);
      expect(told(notes)[0]).toMatch(
        new RegExp(`^dropped /spec/http/0/${field}: .*: requests of the rule are answered 500$`),
      );
    },
  );

  it("splits by weight, names versions, and rewrites headers for one destination", () => {
    const route = [
      {
        destination: { host: "web", subset: "v1", port: { number: 80 } },
        weight: 90,
        headers: { request: { set: { "x-a": "1" } } },
      },
      { destination: { host: "web.other.svc.cluster.local" } },
    ];
    const { rules, notes } = ruleOf({ route });
    const filters = [{ type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-a", value: "1" }] } }];
    expect(rules).toMatchObject([
      {
        backendRefs: [
          { name: "web", port: 80, version: "v1", weight: 90, filters },
          { name: "web", namespace: "other", weight: 0 },
        ],
      },
    ]);
    expect(told(notes)).toEqual([
      "changed /spec/http/0/route/0/destination/subset: The subset v1 of shop/web is in no DestinationRule of the input: its name stands for the version of endpoints",
    ]);
  });

  it("tells destinations outside the mesh, and answers 500 when there is no other", () => {
    const outside = { destination: { host: "api.example.com" } };
    const some = ruleOf({ route: [outside, ...toWeb.route] });
    expect(some.rules).toMatchObject([{ backendRefs: [{ name: "web", weight: 0 }] }]);
    expect(told(some.notes)[1]).toBe(
      "changed /spec/http/0/route: Destinations were left out: the others share all of the requests",
    );
    const none = ruleOf({ route: [outside] });
    expect(none.rules).toEqual([{}]);
    expect(told(none.notes)[1]).toMatch(/requests of the rule are answered 500$/);
  });

  it("redirects with Istio's own default status", () => {
    const { rules, notes } = ruleOf({ redirect: { uri: "/new", authority: "Shop.example.com:8443", scheme: "https" } });
    const path = { type: "ReplaceFullPath", replaceFullPath: "/new" };
    const requestRedirect = { scheme: "https", hostname: "shop.example.com", port: 8443, path, statusCode: 301 };
    expect(rules).toEqual([{ filters: [{ type: "RequestRedirect", requestRedirect }] }]);
    expect(notes).toEqual([]);
  });

  it("answers 500 for a redirect or a rewrite that cannot be said", () => {
    expect(ruleOf({ redirect: { redirectCode: 304 } }).rules).toEqual([{}]);
    expect(ruleOf({ rewrite: { uriRegexRewrite: { match: "a", rewrite: "b" } }, ...toWeb }).rules).toEqual([{}]);
  });

  it("gives each match a rule of its own where a prefix is replaced", () => {
    const match = [{ uri: { prefix: "/a/" } }, { uri: { exact: "/b" } }];
    const { rules } = ruleOf({ name: "both", match, rewrite: { uri: "/c/" }, ...toWeb });
    expect(rules).toMatchObject([
      { name: "both", filters: [{ urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/c/" } } }] },
      { filters: [{ urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/c/" } } }] },
    ]);
    expect(rules).toHaveLength(2);
  });

  it("tells a rewritten host, and a prefix that Istio would have glued on", () => {
    const { notes } = ruleOf({ rewrite: { uri: "/v1", authority: "web.example.com" }, ...toWeb });
    expect(told(notes)).toEqual([
      "changed /spec/http/0/rewrite/authority: The service sees the name in x-forwarded-host: its own address stays in Host",
      "changed /spec/http/0/rewrite/uri: Istio puts /v1 in the place of the text /; here segments are joined by exactly one slash",
    ]);
  });

  it("mirrors a share to the version of its subset", () => {
    const mirror = { host: "web", subset: "v2" };
    const { rules } = ruleOf({ ...toWeb, mirror, mirrorPercentage: { value: 0.5 } });
    const fraction = { numerator: 5000, denominator: 1_000_000 };
    const requestMirror = { backendRef: { name: "web", version: "v2" }, fraction };
    expect(rules).toMatchObject([{ filters: [{ requestMirror }] }]);
  });

  it("says no retries by saying nothing", () => {
    expect(ruleOf({ ...toWeb, retries: { attempts: 0 } }).rules[0]).not.toHaveProperty("retry");
  });

  it("says CORS with the origins that can be said", () => {
    const corsPolicy = {
      allowOrigins: [{ exact: "https://a.example" }, { regex: "https://[a-z]+.example" }],
      allowMethods: ["GET"],
      allowCredentials: true,
      maxAge: "24h",
    };
    const { rules, notes } = ruleOf({ corsPolicy, ...toWeb });
    const cors = { allowOrigins: ["https://a.example"], allowMethods: ["GET"], allowCredentials: true, maxAge: 86_400 };
    expect(rules).toMatchObject([{ filters: [{ type: "CORS", cors }] }]);
    expect(told(notes)).toEqual([
      "dropped /spec/http/0/corsPolicy/allowOrigins/1/regex: A CORS origin is a name here, with a wildcard as its first label at most",
    ]);
  });

  it("drops headers that no route may change and variables of Envoy", () => {
    const set = { Host: "a", connection: "b", "x-ip": "%DOWNSTREAM_REMOTE_ADDRESS%", "x-ok": "100%%", "x-a": "%%A%%" };
    const { rules, notes } = ruleOf({ headers: { request: { set } }, ...toWeb });
    const kept = [
      { name: "x-ok", value: "100%" },
      { name: "x-a", value: "%A%" },
    ];
    expect(rules).toMatchObject([{ filters: [{ requestHeaderModifier: { set: kept } }] }]);
    expect(notes.map(({ pointer }) => pointer.split("/").at(-1))).toEqual(["Host", "connection", "x-ip"]);
  });

  it("says deadlines and retries, and tells what Envoy retried beside", () => {
    const retries = { attempts: 3, perTryTimeout: "1.5s", retryOn: "5xx,cancelled,429" };
    const { rules, notes } = ruleOf({ timeout: "1h1m1.001s", retries, ...toWeb });
    expect(rules).toMatchObject([
      {
        timeouts: { request: "1h1m1s1ms", backendRequest: "1s500ms" },
        retry: { attempts: 3, codes: [500, 502, 503, 504, 429] },
      },
    ]);
    expect(notes.map(({ pointer, severity }) => `${severity} ${pointer}`)).toEqual([
      "changed /spec/http/0/retries/retryOn",
      "changed /spec/http/0/retries/retryOn",
      "changed /spec/http/0/retries",
    ]);
    expect(notes[0]?.message).toMatch(/tried again: cancelled$/);
  });

  it("closes a rule whose refusing abort cannot be said", () => {
    const { rules, notes } = ruleOf({
      fault: { abort: { grpcStatus: "UNAVAILABLE", percentage: { value: 100 } } },
      ...toWeb,
    });
    expect(rules).toEqual([{}]);
    expect(told(notes)).toContain(
      "dropped /spec/http/0/fault/abort: It refuses every request, and cannot be said: they are answered 500",
    );
  });
});

describe("order", () => {
  it("tells the earlier rule that a later, more specific one overtakes", () => {
    const first = { match: [{ uri: { prefix: "/" } }], ...toWeb };
    const { notes } = ruleOf(first, { name: "exact", match: [{ uri: { exact: "/a" } }], ...toWeb });
    expect(told(notes)).toEqual([
      "changed /spec/http/0: rule 0 comes before rule 1 (exact) in Istio; here the latter is tried first, because its path is exact, the other's a prefix: it takes the requests that both match",
    ]);
  });

  it.each([
    ["rules in the order of precedence", { uri: { exact: "/a" } }, { uri: { prefix: "/" } }],
    ["rules that exclude each other", { method: { exact: "GET" } }, { uri: { exact: "/a" }, method: { exact: "PUT" } }],
    [
      "rules of different headers",
      { headers: { a: { exact: "1" } } },
      { uri: { exact: "/a" }, headers: { A: { exact: "2" } } },
    ],
    ["rules of the same rank", { headers: { a: { exact: "1" } } }, { headers: { b: { exact: "2" } } }],
  ])("says nothing of %s", (_what, first, second) => {
    expect(ruleOf({ match: [first], ...toWeb }, { match: [second], ...toWeb }).notes).toEqual([]);
  });
});
