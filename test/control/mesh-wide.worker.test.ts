// Documents for the whole mesh are not for operators of some namespaces: whoever writes one says who may call every
// service, or takes requests for every host.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../support/worker/admin.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

let limited: string;
beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);
beforeEach(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders"));
  limited = await tokenFor("operator", ["shop"]);
});

const policy = (kind: string, targets: string, spec: string): string =>
  `apiVersion: selvage.dev/v1\nkind: ${kind}\nmetadata: {name: wide, namespace: shop}\nspec: {targetRefs: [${targets}], ${spec}}\n`;
const SHUT = "action: DENY, rules: [{}]";
const shut = (targets: string): string => policy("AuthorizationPolicy", targets, SHUT);
const OWN = "{kind: Service, name: orders}";
const MESH = "{kind: Mesh}";
const apply = (body: string | object, token: string) => api("POST", "/apply", { body, token });

describe("an operator of one namespace", () => {
  it.each([
    ["AuthenticationPolicy", "mode: permit, mesh: {required: false}"],
    ["AuthorizationPolicy", SHUT],
    ["RateLimitPolicy", "limits: [{name: l, requests: 1, window: 1h, key: []}]"],
    ["TrafficPolicy", "timeouts: {request: 1ms}"],
  ])("writes no %s for the mesh", async (kind, spec) => {
    const answer = await apply(policy(kind, `${OWN}, ${MESH}`, spec), limited);
    expect(answer).toMatchObject({ status: 403 });
    expect(JSON.parse(answer.text)).toMatchObject({ code: "SLV2003", requiredNamespace: "*" });
    expect((await apply(policy(kind, OWN, spec), limited)).status).toBe(200);
  });

  it("neither widens, nor narrows, nor deletes one that is in its namespace", async () => {
    const unlimited = await tokenFor("operator");
    expect((await apply(shut(MESH), unlimited)).status).toBe(200);
    expect((await apply(shut(OWN), limited)).status).toBe(403);
    const path = "/namespaces/shop/authorizationpolicy/wide";
    const { headers } = await api("GET", path, { token: limited });
    const ifMatch = { "if-match": headers.get("etag") ?? "" };
    expect((await api("DELETE", path, { token: limited, headers: ifMatch })).status).toBe(403);
    expect((await api("DELETE", path, { token: unlimited, headers: ifMatch })).status).toBe(200);
    expect((await apply(shut(OWN), limited)).status).toBe(200);
  });

  it("lays no Override over one, and none that makes one", async () => {
    const override = (patch: object) => ({
      apiVersion: "selvage.dev/v1",
      kind: "Override",
      metadata: { name: "open", namespace: "shop" },
      spec: {
        target: { kind: "AuthorizationPolicy", name: "wide" },
        patch,
        reason: "incident",
        expiresAt: new Date(Date.now() + 600_000).toISOString(),
      },
    });
    await applied(shut(OWN));
    expect((await apply(override({ targetRefs: [{ kind: "Mesh" }] }), limited)).status).toBe(403);
    await applied(shut(MESH));
    expect((await apply(override({ action: "AUDIT" }), limited)).status).toBe(403);
  });
});

const gatewayApi = (kind: string, spec: string, namespace = "shop", name = "wide"): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;
const route = (spec: string): string => gatewayApi("HTTPRoute", `{${spec} rules: [{backendRefs: [{name: orders}]}]}`);
const gateway = (listener: string, namespace?: string, name?: string): string =>
  gatewayApi(
    "Gateway",
    `{gatewayClassName: x, listeners: [{name: h, port: 80, protocol: HTTP, ${listener}}]}`,
    namespace,
    name,
  );

describe("what takes requests of every host", () => {
  it.each([
    ["a route at the built-in Gateway without hostnames", route("")],
    ["such a route that names its parent", route("parentRefs: [{name: selvage, namespace: selvage-system}],")],
    ["a route for a top-level domain", route('hostnames: [shop.example.com, "*.com"],')],
    ["a Gateway with a listener that names no host", gateway("")],
    ["a Gateway with a listener for a top-level domain", gateway('hostname: "*.com"')],
  ])("is not written by an operator of one namespace: %s", async (_, document) => {
    const answer = await apply(document, limited);
    expect(answer).toMatchObject({ status: 403, body: { code: "SLV2003", requiredNamespace: "*" } });
    expect(answer.body.detail).toMatch(/is for the whole mesh, since .* takes? requests of every host\./);
    expect((await apply(document, await tokenFor("operator"))).status).toBe(200);
    // It is theirs to read, and nobody's of the namespace to change.
    const narrowed = document.includes("HTTPRoute")
      ? route("hostnames: [shop.example.com],")
      : gateway("hostname: shop.example.com");
    expect((await apply(narrowed, limited)).status).toBe(403);
  });

  it.each([
    ["a route that names its hosts", route('hostnames: [shop.example.com, "*.shop.example.com"],')],
    ["a route at a Gateway that says which hosts", route("parentRefs: [{name: own}],")],
    ["a route of a service", route("parentRefs: [{kind: Service, group: selvage.dev, name: orders}],")],
    ["a Gateway that names its hosts", gateway('hostname: "*.shop.example.com"')],
  ])("may be: %s", async (_, document) => {
    expect((await apply(document, limited)).status).toBe(200);
  });

  it("is not made by an Override either", async () => {
    const override = {
      apiVersion: "selvage.dev/v1",
      kind: "Override",
      metadata: { name: "open", namespace: "shop" },
      spec: {
        target: { kind: "HTTPRoute", name: "wide" },
        patch: { hostnames: null },
        reason: "incident",
        expiresAt: new Date(Date.now() + 600_000).toISOString(),
      },
    };
    await applied(route("hostnames: [shop.example.com],"));
    expect((await apply(override, limited)).status).toBe(403);
    override.spec.patch = JSON.parse('{"hostnames": ["other.example.com"]}');
    expect((await apply(override, limited)).status).toBe(200);
  });

  it("is the built-in Gateway's, whose place only an operator of the whole mesh gives to another", async () => {
    const own = gateway("hostname: apps.example.com", "selvage-system", "selvage");
    const token = await tokenFor("operator", ["selvage-system"]);
    expect((await apply(own, token)).body).toMatchObject({ code: "SLV2003" });
    expect((await apply(own, await tokenFor("operator"))).status).toBe(200);
  });
});
