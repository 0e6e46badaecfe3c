// Secrets that come in by every way, and everything that goes out: no answer, log, audit row, table or object holds one
// of them.
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import worker from "../../src/index.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml } from "../support/worker/admin.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

const canary = (name: string): string => `canary-${name}-7f3a9c`;
const [BEARER, COOKIE, QUERY, BASIC] = [canary("bearer"), canary("cookie"), canary("query"), canary("basic")];
const [CLIENT, ADMIN, IDENTITY, APIKEY] = [canary("client"), canary("admin"), canary("identity"), canary("apikey")];
const [BODY, JWT] = [canary("body"), canary("jwt")];
const basic = btoa(`someone:${BASIC}`);
const needles = [BEARER, COOKIE, QUERY, BASIC, CLIENT, ADMIN, IDENTITY, APIKEY, BODY, JWT, basic, btoa(`x:${CLIENT}`)];

const logged: unknown[] = [];
const answers: string[] = [];

const POLICIES = `---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: by-secret, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], limits: [{name: one, requests: 100, window: 1h, mode: strict, key: ["header:authorization", "header:x-api-key", "cookie:sid"]}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], action: DENY, rules: [{to: [{methods: [DELETE]}], when: [{key: "header:x-api-key", values: ["*"]}]}]}
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: door, namespace: shop}
spec: {targetRefs: [{kind: Service, name: closed}], jwt: {providers: [{name: idp, issuer: "https://id.example.org", jwks: {keys: [{kty: OKP, crv: Ed25519, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: a}]}, algorithms: [EdDSA]}]}, clientCredentials: {required: true, from: [basic, {headers: {id: client_id, secret: client_secret}}]}}
`;

/** One request to the whole Worker, and what it answered. */
async function traffic(path: string, init: RequestInit = {}): Promise<void> {
  const ctx = createExecutionContext();
  const request = new Request(`http://mesh.test${path}`, { redirect: "manual", ...init });
  const response = await worker.fetch(request, { ...env, SELVAGE_ADMIN_TOKEN: ADMIN }, ctx);
  answers.push(JSON.stringify([...response.headers]), await response.text());
  await waitOnExecutionContext(ctx);
}

beforeAll(async () => {
  await emptyRegistry();
  for (const level of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    vi.spyOn(console, level).mockImplementation((...said: unknown[]) => void logged.push(...said));
  }
  // The services answer with an error, and with nothing of what they were sent.
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("no", { status: 500 })));
  vi.stubGlobal("reportError", (error: unknown) => void logged.push(error));
  const endpoints = 'exposure: public, endpoints: [{url: "http://127.0.0.1:1"}]';
  await applied(serviceYaml("orders", "shop", endpoints) + serviceYaml("closed", "shop", endpoints) + POLICIES);
  const credentials: readonly Record<string, string>[] = [
    { authorization: `Bearer ${BEARER}`, cookie: `sid=${COOKIE}; __Host-session=${COOKIE}`, "x-api-key": APIKEY },
    { authorization: `Basic ${basic}` },
    { client_id: "x", client_secret: CLIENT },
    { "selvage-identity": IDENTITY },
    { authorization: `Bearer ${btoa("{}")}.${btoa(JSON.stringify({ sub: JWT }))}.${JWT}` },
    { "selvage-adapter-token": ADMIN },
  ];
  const targets = [
    "/svc/orders.shop/a",
    "/svc/closed.shop/a",
    "/svc/nobody.shop/a",
    "/nowhere",
    "/_selvage/v1/tokens",
    "/_selvage/v1/nothing",
    "/_selvage/v1/oauth/token",
    "/svc/orders.shop/%zz",
  ];
  const asked = targets.flatMap((target) => ["GET", "DELETE", "POST"].map((method) => [target, method] as const));
  for (const headers of credentials) {
    // Side by side: what was counted of a request is sent a moment after it.
    await Promise.all(
      asked.map(([target, method]) => {
        const body = method === "POST" ? { body: `grant_type=client_credentials&client_secret=${BODY}` } : {};
        return traffic(`${target}?token=${QUERY}&access_token=${QUERY}`, { method, headers, ...body });
      }),
    );
  }
  // Refused writes are audited: with what was sent wrong in them.
  await ask("POST", "/_selvage/v1/tokens", { token: BEARER, body: { name: "x", role: "viewer", secret: BODY } });
  await ask("POST", "/_selvage/v1/apply", {
    token: ADMIN,
    env: { SELVAGE_ADMIN_TOKEN: ADMIN },
    body: `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: ${BODY}}\n`,
  });
}, FIRST_LOAD_MS);

const leaks = (text: string): string[] => needles.filter((needle) => text.includes(needle));

/** A value and what is compressed in it, as text. */
async function textOf(value: unknown): Promise<string> {
  if (!(value instanceof ArrayBuffer || Array.isArray(value))) {
    return JSON.stringify(value) ?? "";
  }
  const bytes = new Uint8Array(value);
  const plain = new TextDecoder().decode(bytes);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    return plain;
  }
  const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream ?? null).text();
}

it("no answer holds a secret that was sent", () => {
  expect(answers.length).toBeGreaterThan(250);
  for (const text of answers) {
    expect([leaks(text), leaks(text).length > 0 ? text : ""]).toEqual([[], ""]);
  }
});

it("nothing that is written to the log holds one", () => {
  const text = logged
    .map((one) => (one instanceof Error ? `${one.message} ${one.stack}` : JSON.stringify(one)))
    .join("\n");
  expect(leaks(text)).toEqual([]);
});

it("no audit row, limit, breaker or catalog entry that operators see holds one", async () => {
  for (const path of ["/audit", "/limits", "/breakers", "/catalog", "/resources", "/revisions", "/tokens"]) {
    const { status, text } = await api("GET", path);
    expect([path, status, leaks(text)]).toEqual([path, 200, []]);
  }
  expect((await api("GET", "/limits")).text).toMatch(/#[0-9a-f]{16}/);
});

it("no table of the registry holds one, compressed or not", async () => {
  const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  let rows = 0;
  for (const { name } of tables.results) {
    if (/^(?:_cf|sqlite|d1)_/.test(name)) {
      continue;
    }
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    for (const row of results) {
      rows++;
      for (const [column, value] of Object.entries(row)) {
        expect([name, column, leaks(await textOf(value))]).toEqual([name, column, []]);
      }
    }
  }
  expect(rows).toBeGreaterThan(10);
});

it("no object's storage holds one", async () => {
  const objects = [
    env.MESH.getByName("mesh"),
    env.LIMITER.getByName("shop/by-secret"),
    env.BREAKER.getByName("shop/orders"),
  ];
  let entries = 0;
  for (const stub of objects) {
    const kept = await runInDurableObject(stub as DurableObjectStub, async (_, state) => [
      ...(await state.storage.list()),
    ]);
    entries += kept.length;
    expect(leaks(JSON.stringify(kept))).toEqual([]);
  }
  expect(entries).toBeGreaterThan(0);
});

it("no secret that was minted is kept: neither an API token nor an application's", async () => {
  const { body } = await api("POST", "/tokens", { body: { name: "ci", role: "viewer" } });
  await applied(
    "apiVersion: selvage.dev/v1\nkind: Application\nmetadata: {name: kiosk, namespace: shop}\nspec: {owner: a}\n",
  );
  const minted = (await api("POST", "/applications/shop/kiosk/credentials")).body as unknown as {
    clientSecret: string;
  };
  const secrets = [body.token, minted.clientSecret];
  expect(secrets.map((secret) => typeof secret)).toEqual(["string", "string"]);
  const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  for (const { name } of tables.results) {
    if (/^(?:_cf|sqlite|d1)_/.test(name)) {
      continue;
    }
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    for (const row of results) {
      for (const value of Object.values(row)) {
        const text = await textOf(value);
        expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []]);
      }
    }
  }
});
