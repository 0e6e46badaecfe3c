// Policies for the whole mesh are not for operators of some namespaces: whoever writes one says who may call every service.
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
