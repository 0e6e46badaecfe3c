// What the rules of a route become: filters, timeouts, retries, sessions.
import { describe, expect, it } from "vitest";
import type { Rule } from "../../../src/model/snapshot/snapshot.ts";
import { compiled, parentConditions, service } from "../../support/compiled.ts";

const orders = service("orders");
const mesh = (spec: string, more = ""): ReturnType<typeof compiled> =>
  compiled(`${orders}${more}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: ${spec}
`);
const rule = (text: string, more = ""): Rule | undefined => mesh(`{rules: [${text}]}`, more).snapshot.router.rules[0];
const REF = "HTTPRoute/shop/r";

describe("a rule", () => {
  it("is called by its name, or by its place", () => {
    const { rules } = mesh("{rules: [{name: first}, {}]}").snapshot.router;
    expect(rules.map(({ route, name }) => [route, name])).toEqual([
      ["shop/r", "first"],
      ["shop/r", "1"],
    ]);
  });

  it("has its durations in milliseconds, and null for what it does not say", () => {
    expect(rule("{timeouts: {request: 500ms, backendRequest: 100ms}}")?.timeouts).toEqual({
      requestMs: 500,
      perTryMs: 100,
    });
    expect(rule('{timeouts: {request: "0s"}}')?.timeouts).toEqual({ requestMs: 0, perTryMs: null });
    expect(rule("{}")?.timeouts).toEqual({ requestMs: null, perTryMs: null });
  });

  it("retries once after 25 ms unless it says otherwise, and not at all unless it says so", () => {
    expect(rule("{retry: {codes: [500]}}")?.retry).toEqual({ codes: [500], attempts: 1, backoffMs: 25 });
    expect(rule("{retry: {attempts: 3, backoff: 1s}}")?.retry).toEqual({ codes: [], attempts: 3, backoffMs: 1000 });
    expect(rule("{}")?.retry).toBeNull();
  });

  it("keeps sessions under a name of its own unless it says otherwise", () => {
    expect(rule("{name: a, sessionPersistence: {}}")?.sessionPersistence).toEqual({
      type: "Cookie",
      sessionName: "selvage-session-shop-r-a",
      absoluteTimeoutMs: null,
      idleTimeoutMs: null,
      cookieLifetime: "Session",
    });
    expect(rule("{sessionPersistence: {type: Header, idleTimeout: 5m}}")?.sessionPersistence).toMatchObject({
      type: "Header",
      sessionName: "x-session-shop-r-0",
      idleTimeoutMs: 300_000,
    });
    expect(
      rule("{sessionPersistence: {sessionName: sid, absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}}}")
        ?.sessionPersistence,
    ).toMatchObject({
      sessionName: "sid",
      absoluteTimeoutMs: 3_600_000,
      cookieLifetime: "Permanent",
    });
  });
});

describe("filters", () => {
  const filter = (text: string, more = ""): unknown => rule(`{filters: [${text}]}`, more)?.filters[0];

  it("that change headers become pairs", () => {
    expect(
      filter(
        "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-A, value: '1'}], add: [{name: X-B, value: '2'}], remove: [X-C]}}",
      ),
    ).toEqual({
      type: "RequestHeaderModifier",
      set: [["X-A", "1"]],
      add: [["X-B", "2"]],
      remove: ["X-C"],
    });
  });

  it("that redirect have every part, null for what stays", () => {
    expect(
      filter(
        "{type: RequestRedirect, requestRedirect: {hostname: example.org, path: {type: ReplaceFullPath, replaceFullPath: /x}}}",
      ),
    ).toEqual({
      type: "RequestRedirect",
      scheme: null,
      hostname: "example.org",
      port: null,
      path: { type: "ReplaceFullPath", value: "/x" },
      status: 302,
    });
  });

  it("that rewrite name what replaces what", () => {
    expect(
      filter("{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /y}}}"),
    ).toEqual({
      type: "URLRewrite",
      hostname: null,
      path: { type: "ReplacePrefixMatch", value: "/y" },
    });
  });

  it.each([
    ["", 100, 100],
    [", percent: 20", 20, 100],
    [", fraction: {numerator: 1, denominator: 3}", 1, 3],
  ])("that mirror%s copy %i of %i requests", (share, numerator, denominator) => {
    expect(filter(`{type: RequestMirror, requestMirror: {backendRef: {name: orders}${share}}}`)).toEqual({
      type: "RequestMirror",
      target: { service: "shop/orders", version: null },
      numerator,
      denominator,
    });
  });

  it("of CORS have every list and the age in seconds", () => {
    expect(filter('{type: CORS, cors: {allowOrigins: ["*"], maxAge: 60}}')).toEqual({
      type: "CORS",
      allowOrigins: ["*"],
      allowMethods: [],
      allowHeaders: [],
      exposeHeaders: [],
      allowCredentials: false,
      maxAgeSeconds: 60,
    });
  });

  it("that ask for authorization compare header names in lower case", () => {
    const http = "http: {path: /check, allowedHeaders: [X-User], allowedResponseHeaders: [X-Plan]}";
    expect(
      filter(
        `{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: orders}, forwardBody: {maxSize: 10}, ${http}}}`,
      ),
    ).toEqual({
      type: "ExternalAuth",
      target: { service: "shop/orders", version: null },
      path: "/check",
      allowedHeaders: ["x-user"],
      allowedResponseHeaders: ["x-plan"],
      maxBodyBytes: 10,
    });
  });

  it("that ask a core Service on a port it does not have ask nobody", () => {
    const core =
      "\napiVersion: v1\nkind: Service\nmetadata: {name: auth, namespace: shop}\nspec: {ports: [{port: 9002}]}\n---";
    const ask = (port: number): unknown =>
      filter(
        `{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth, port: ${port}}, http: {}}}`,
        core,
      );
    expect(ask(9002)).toMatchObject({ target: { service: "shop/auth" } });
    expect(ask(9999)).toMatchObject({
      target: { invalid: "BackendNotFound", message: "The Service shop/auth has no port 9999; it has 9002" },
    });
  });

  it("that cannot be served answer 500, and the status says why", () => {
    const result = mesh(
      "{rules: [{filters: [{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: orders}, grpc: {}}}]}]}",
    );
    expect(result.snapshot.router.rules[0]?.filters).toMatchObject([
      { type: "Unsupported", name: "ExternalAuth/GRPC" },
    ]);
    expect(parentConditions(result, REF)).toMatchObject({ Accepted: "False UnsupportedValue" });
    expect(result.findings).toMatchObject([
      { code: "SLV1214", pointer: "/spec/rules/0/filters/0/externalAuth/protocol" },
    ]);
  });

  it("that cannot be served in one rule leave the others as they are", () => {
    const result = mesh(
      "{rules: [{filters: [{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: orders}, grpc: {}}}]}, {backendRefs: [{name: orders}]}]}",
    );
    expect(parentConditions(result, REF)).toMatchObject({
      Accepted: "True Accepted",
      PartiallyInvalid: "True UnsupportedValue",
    });
  });

  it("of an unknown extension answer 500: a filter is never skipped", () => {
    const result = mesh(
      "{rules: [{filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Magic, name: m}}]}]}",
    );
    expect(result.snapshot.router.rules[0]?.filters).toMatchObject([
      { type: "Unsupported", name: "example.com/Magic/m" },
    ]);
    expect(parentConditions(result, REF)).toMatchObject({
      Accepted: "True Accepted",
      ResolvedRefs: "False InvalidKind",
    });
  });

  it("that name a FaultPolicy say which, and answer 500 when there is none", () => {
    const text = "{type: ExtensionRef, extensionRef: {group: selvage.dev, kind: FaultPolicy, name: slow}}";
    const policy =
      "\napiVersion: selvage.dev/v1\nkind: FaultPolicy\nmetadata: {name: slow, namespace: shop}\nspec: {abort: {status: 503}}\n---";
    expect(rule(`{filters: [${text}]}`, policy)?.filters).toEqual([{ type: "Fault", fault: 0 }]);
    expect(filter(text)).toMatchObject({ type: "Unsupported", message: "There is no FaultPolicy shop/slow" });
  });
});
