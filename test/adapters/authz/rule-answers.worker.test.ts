// What a rule answers by itself, to clients of other people's proxies: preflights, redirects and fixed answers.
import { describe, expect, it } from "vitest";
import { routeYaml, serviceYaml, testMesh, type TestMesh } from "../../support/worker/test-mesh.ts";

const CORS =
  "{type: CORS, cors: {allowOrigins: ['https://page.example'], allowMethods: [POST], allowHeaders: [x-tenant]}}";
const HSTS =
  "{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: Strict-Transport-Security, value: max-age=9}]}}";
const direct = (path: string, status: number): string =>
  `{matches: [{path: {value: ${path}}}], filters: [${HSTS}, {type: DirectResponse, directResponse: {statusCode: ${status}, body: {string: said}}}]}`;
const routes = routeYaml(
  `[{matches: [{path: {value: /open}, method: POST}], filters: [${CORS}], backendRefs: [{name: one}]},
    {matches: [{path: {value: /moved}}], filters: [${HSTS}, {type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /here}, statusCode: 301}}]},
    ${direct("/fine", 200)}, ${direct("/gone", 410)}, ${direct("/down", 503)},
    {matches: [{path: {value: /broken}}], backendRefs: [{name: nobody}]}]`,
).replace("hostnames: [shop.example]", "parentRefs: [{kind: Service, group: selvage.dev, name: one}]");
const guarded = `apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: p, namespace: shop}
spec: {targetRefs: [{kind: Service, name: one}], jwt: {providers: [{name: i, issuer: "https://i.example/", secretRef: {name: KEY}, algorithms: [HS256]}]}}
---
`;

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As each proxy puts it: a client's request to https://shop.example:8443 in front of the service `one`. */
const proxies: Readonly<Record<string, (mesh: TestMesh, path: string, asked: Asked) => Promise<Response>>> = {
  envoy: (mesh, path, { method = "GET", headers = {} }) =>
    mesh.ask(`http://shop.example:8443/_selvage/authz/envoy/one.shop${path}`, {
      method,
      headers: { "x-forwarded-proto": "https", ...headers },
    }),
  nginx: (mesh, path, { method = "GET", headers = {} }) =>
    mesh.ask("http://mesh.example/_selvage/authz/nginx/one.shop", {
      headers: {
        "x-original-uri": path,
        "x-original-method": method,
        "x-original-host": "shop.example:8443",
        "x-forwarded-proto": "https",
        ...headers,
      },
    }),
  traefik: (mesh, path, { method = "GET", headers = {} }) =>
    mesh.ask("http://mesh.example/_selvage/authz/traefik/one.shop", {
      headers: {
        "x-forwarded-uri": path,
        "x-forwarded-method": method,
        "x-forwarded-host": "shop.example:8443",
        "x-forwarded-proto": "https",
        ...headers,
      },
    }),
};

const mesh = (more = ""): TestMesh => testMesh(serviceYaml("one") + routes + more);
const question = (origin: string): Asked => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "x-tenant" },
});
const permission = ({ headers }: Response): (string | null)[] =>
  ["origin", "methods", "headers"].map((name) => headers.get(`access-control-allow-${name}`));
const GRANTED = ["https://page.example", "POST", "x-tenant"];

describe("a page's question whether it may send a request", () => {
  it.each([
    ["envoy", 204, null],
    ["nginx", 200, "204"],
    ["traefik", 200, null],
  ])("is no matter of proofs, and gets its permission through %s", async (name, status, told) => {
    const answer = await proxies[name]?.(mesh(guarded), "/open/a", question("https://page.example"));
    expect([answer?.status, answer?.headers.get("selvage-status")]).toEqual([status, told]);
    expect(answer && permission(answer)).toEqual(GRANTED);
    expect(answer?.headers.get("strict-transport-security")).toBeNull();
  });

  it.each([
    ["envoy", 204, null],
    ["nginx", 403, "204"],
    ["traefik", 403, "204"],
  ])(
    "gets none through %s where the rule does not know the page, and no service answers for the mesh",
    async (name, status, told) => {
      const answer = await proxies[name]?.(mesh(guarded), "/open/a", question("https://evil.example"));
      expect([answer?.status, answer?.headers.get("selvage-status")]).toEqual([status, told]);
      expect(answer && permission(answer)).toEqual([null, null, null]);
    },
  );

  it.each(Object.keys(proxies))("is followed by a request whose answer the page may read (%s)", async (name) => {
    const asked = { method: "POST", headers: { origin: "https://page.example" } };
    const answer = await proxies[name]?.(mesh(), "/open/a", asked);
    expect([answer?.status, answer?.headers.get("access-control-allow-origin")]).toEqual([200, "https://page.example"]);
    const refused = await proxies[name]?.(mesh(guarded), "/open/a", asked);
    expect([refused?.status, refused?.headers.get("access-control-allow-origin")]).toEqual([
      401,
      "https://page.example",
    ]);
  });

  it.each(["nginx", "traefik"])("tells the service of %s that nobody asked", async (name) => {
    const answer = await proxies[name]?.(mesh(), "/open/%61", question("https://page.example"));
    expect(["selvage-source", "selvage-path"].map((one) => answer?.headers.get(one))).toEqual(["anonymous", "/open/a"]);
  });
});

describe("a redirect", () => {
  it.each([
    ["envoy", 301, null],
    ["nginx", 403, "301"],
    ["traefik", 301, null],
  ])(
    "leads clients of %s where it leads the mesh's, with what the rule says about answers",
    async (name, status, told) => {
      const answer = await proxies[name]?.(mesh(), "/moved?x=1", {});
      expect([answer?.status, answer?.headers.get("selvage-status")]).toEqual([status, told]);
      expect(answer?.headers.get("location")).toBe("https://shop.example:8443/here?x=1");
      expect(answer?.headers.get("strict-transport-security")).toBe("max-age=9");
    },
  );
});

describe("a fixed answer", () => {
  it.each([
    ["envoy", "/fine", 203, "200"],
    ["envoy", "/gone", 410, null],
    ["envoy", "/down", 503, null],
    ["nginx", "/fine", 403, "200"],
    ["nginx", "/gone", 403, "410"],
    ["nginx", "/down", 403, "503"],
    ["traefik", "/fine", 403, "200"],
    ["traefik", "/gone", 410, null],
    ["traefik", "/down", 503, null],
  ])("is never taken for a leave by %s (%s)", async (name, path, status, told) => {
    const answer = await proxies[name]?.(mesh(), path, {});
    expect([answer?.status, answer?.headers.get("selvage-status")]).toEqual([status, told]);
    expect(await answer?.text()).toBe("said");
    expect(answer?.headers.get("selvage-decision")).toMatch(/^direct-response; policy="HTTPRoute\/shop\/route\//);
    expect(answer?.headers.get("strict-transport-security")).toBe("max-age=9");
  });
});

it.each([
  ["/moved", 301],
  ["/fine", 200],
  ["/gone", 410],
  ["/down", 503],
  ["/broken", 500],
  ["/nowhere", 404],
])("%s is %i for the mesh's own clients and, as far as they can be told, for everybody's", async (path, status) => {
  const own = await mesh().send(`http://mesh.example/svc/one.shop${path}`);
  expect(own.status).toBe(status);
  for (const ask of Object.values(proxies)) {
    const answer = await ask(mesh(), path, {});
    expect(Number(answer.headers.get("selvage-status") ?? answer.status)).toBe(status);
  }
});
