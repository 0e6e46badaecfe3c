// What a rule says about answers holds for every answer of the rule, whoever gives it.
import { describe, expect, it } from "vitest";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { problemOf, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const ORIGIN = { origin: "https://page.example" };
const HSTS =
  "{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: Strict-Transport-Security, value: max-age=9}], add: [{name: Vary, value: X-Site}], remove: [X-Gone]}}";
const CORS = "{type: CORS, cors: {allowOrigins: ['https://page.example'], exposeHeaders: [x-seen]}}";
const kind = (name: string, spec: string): string =>
  `apiVersion: selvage.dev/v1\nkind: ${name}\nmetadata: {name: p, namespace: shop}\nspec: ${spec}\n---\n`;
const onRoute = "targetRefs: [{kind: HTTPRoute, name: route}]";
const direct = (status: number, body = ", body: {string: closed}"): string =>
  `, {type: DirectResponse, directResponse: {statusCode: ${status}${body}}}`;
const auth = ", {type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: judge}, http: {path: /}}}";
const one = "backendRefs: [{name: one}]";
const lost = (): Promise<Response> => Promise.reject(new Error("Network connection lost."));

interface Case {
  /** The rule's ResponseHeaderModifier. */
  readonly say?: string;
  readonly filters?: string;
  readonly more?: string;
  readonly backends?: string;
  readonly service?: () => Response | Promise<Response>;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask({ say = HSTS, filters = "", more = "", backends = one, service, headers = {} }: Case): Promise<Response> {
  const rules = `[{matches: [{path: {value: /p}}], filters: [${say}, ${CORS}${filters}]${backends === "" ? "" : `, ${backends}`}}]`;
  const documents = serviceYaml("one") + serviceYaml("judge") + routeYaml(rules) + more;
  const mesh = testMesh(documents, service === undefined ? {} : { service });
  return mesh.send("http://shop.example/p/x", { headers: { ...ORIGIN, ...headers } });
}

const cases: readonly (readonly [what: string, status: number, how: Case])[] = [
  ["the service's answer", 200, {}],
  ["a service's redirect", 302, { service: () => new Response(null, { status: 302, headers: { location: "/y" } }) }],
  [
    "a redirect",
    301,
    { filters: ", {type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}", backends: "" },
  ],
  ["a fixed answer", 503, { filters: direct(503), backends: "" }],
  ["a fixed answer without a body", 204, { filters: direct(204, ""), backends: "" }],
  [
    "a refusal for want of a proof",
    401,
    {
      more: kind(
        "AuthenticationPolicy",
        `{${onRoute}, jwt: {providers: [{name: i, issuer: "https://i.example/", secretRef: {name: KEY}, algorithms: [HS256]}]}}`,
      ),
    },
  ],
  ["a refusal of a GET with a body", 400, { headers: { "content-length": "3" } }],
  ["a refusal of a forged word of the mesh", 503, { headers: { "selvage-identity": "forged" } }],
  ["a policy's no", 403, { more: kind("AuthorizationPolicy", `{${onRoute}, action: DENY, rules: [{}]}`) }],
  ["a rule that leads nowhere", 500, { backends: "backendRefs: [{name: nobody}]" }],
  [
    "a filter that cannot run",
    500,
    { filters: ", {type: ExtensionRef, extensionRef: {group: a.example, kind: B, name: c}}" },
  ],
  ["an authorization service's no", 418, { filters: auth, service: () => new Response("no", { status: 418 }) }],
  ["an authorization service's silence", 403, { filters: auth, service: lost }],
  [
    "an error put in on purpose",
    502,
    { more: kind("FaultPolicy", `{${onRoute}, abort: {status: 502, percentage: 100}}`) },
  ],
  ["a service that cannot be reached", 502, { service: lost }],
];

describe.each(cases)("%s (%i)", (_, status, how) => {
  it("carries what the rule says about answers, and a page may read it", async () => {
    const answer = await ask(how);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=9");
    expect(answer.headers.get("vary")).toBe("X-Site, Origin");
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://page.example");
    expect(answer.headers.get("access-control-expose-headers")).toBe("x-seen");
  });
});

describe("a rule's header modifiers", () => {
  const say =
    "{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: Content-Type, value: application/json}, {name: Cache-Control, value: max-age=60}, {name: Retry-After, value: '120'}]}}";

  it("describe the rule's own body, and say how long it may be kept", async () => {
    const { headers } = await ask({ say, filters: direct(503), backends: "" });
    expect(["content-type", "cache-control", "retry-after"].map((name) => headers.get(name))).toEqual([
      "application/json",
      "max-age=60",
      "120",
    ]);
    expect(headers.get("selvage-decision")).toMatch(/^direct-response;/);
  });

  it("do not make a refusal something else, nor let anybody keep it", async () => {
    const answer = await ask({ say, service: lost });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("retry-after")).toBe("120");
    expect(await problemOf(answer)).toMatchObject({ code: "SLV5006" });
  });

  it("stand beside the permission that a preflight gets, and do not give any", async () => {
    const open =
      "{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: Access-Control-Allow-Origin, value: '*'}, {name: X-Seen, value: '1'}]}}";
    const mesh = testMesh(serviceYaml("one") + routeYaml(`[{filters: [${open}, ${CORS}], ${one}}]`));
    const preflight = async (origin: string): Promise<(string | null)[]> => {
      const headers = { origin, "access-control-request-method": "PUT" };
      const answer = await mesh.send("http://shop.example/", { method: "OPTIONS", headers });
      return ["access-control-allow-origin", "x-seen"].map((name) => answer.headers.get(name));
    };
    expect(await preflight("https://page.example")).toEqual(["https://page.example", "1"]);
    expect(await preflight("https://evil.example")).toEqual([null, "1"]);
  });
});

describe("a bad proof of the mesh's own", () => {
  it("is a 401 that its page can read, and none before the browser asked", async () => {
    const keys = await meshKeys("k1");
    const mesh = testMesh(serviceYaml("one") + routeYaml(`[{filters: [${CORS}], ${one}}]`), {
      ports: { keys: () => keys },
    });
    const headers = { ...ORIGIN, "selvage-identity": "forged" };
    const answer = await mesh.send("http://shop.example/", { headers });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([401, "https://page.example"]);
    expect((await mesh.send("http://elsewhere.example/", { headers })).status).toBe(401);
    expect(mesh.sent).toEqual([]);
  });
});

describe("where a caller stands with limits", () => {
  const limited = (filters: string, service: () => Response | Promise<Response>): TestMesh =>
    testMesh(
      serviceYaml("one") +
        serviceYaml("judge") +
        routeYaml(`[{filters: [${filters}], ${one}}]`) +
        kind(
          "RateLimitPolicy",
          "{targetRefs: [{kind: Service, name: one}], limits: [{name: few, requests: 3, window: 1m, mode: local, key: [ip]}]}",
        ),
      { service },
    );

  it.each([
    ["of a service that cannot be reached", "", lost, 502],
    ["of an authorization service that cannot be asked", auth.slice(2), lost, 403],
    ["of an authorization service", auth.slice(2), () => new Response("no", { status: 403 }), 403],
  ] as const)("is told with the refusal %s", async (_, filters, service, status) => {
    const answer = await limited(filters, service).send("http://shop.example/");
    expect([answer.status, answer.headers.get("ratelimit")]).toEqual([status, expect.stringMatching(/^"few";r=2/)]);
  });
});

describe("a session that ends when it is not used", () => {
  const rule = (more = ""): string =>
    routeYaml(`[{sessionPersistence: {sessionName: sid, idleTimeout: 10m}, backendRefs: [{name: one}]${more}}]`);
  const shut = kind("AuthorizationPolicy", `{${onRoute}, action: DENY, rules: [{to: [{methods: [POST]}]}]}`);

  it("is renewed by refusals, too, and never given by one", async () => {
    const mesh = testMesh(serviceYaml("one") + rule() + shut);
    const given = (await mesh.send("http://shop.example/")).headers.get("set-cookie") ?? "";
    expect(given).toMatch(/^sid=/);
    const refused = (headers: Record<string, string>): Promise<Response> =>
      mesh.send("http://shop.example/", { method: "POST", headers });
    const again = await refused({ cookie: given.split(";")[0] ?? "" });
    expect([again.status, again.headers.get("set-cookie")?.slice(0, 20)]).toEqual([403, given.slice(0, 20)]);
    expect((await refused({})).headers.has("set-cookie")).toBe(false);
  });
});

describe("an authorization service that sends callers to itself", () => {
  it("tells the caller's own address, and not the one that the mesh asked it at", async () => {
    const service = (): Response =>
      new Response("log in", {
        status: 302,
        headers: { location: "http://judge.example/login?back=%2Fp", refresh: "0; url=http://judge.example/login" },
      });
    const { status, headers } = await ask({ filters: auth, service });
    expect(status).toBe(302);
    expect(headers.get("location")).toBe("http://shop.example/login?back=%2Fp");
    expect(headers.get("refresh")).toBe("0; url=http://shop.example/login");
    const elsewhere = (): Response => new Response(null, { status: 302, headers: { location: "https://id.example/" } });
    expect((await ask({ filters: auth, service: elsewhere })).headers.get("location")).toBe("https://id.example/");
  });
});
