// Credentials of applications and services: a secret is seen once, two live at most, and what ends, ends by a revision.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { portsOf } from "../../../src/isolate/ports.ts";
import { isolateState } from "../../../src/isolate/state.ts";
import { Store } from "../../../src/store/store.ts";
import { mintedCredentialsSchema, type MintedCredentials } from "../../../src/model/api/clients.ts";
import { secretDigest } from "../../../src/tokens/secret-digest.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const APP = "/applications/shop/mobile/credentials";
const appYaml = (name: string, namespace = "shop"): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}, namespace: ${namespace}}}\n`;

beforeEach(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
  await applied(appYaml("mobile") + serviceYaml("orders"));
}, FIRST_LOAD_MS);

async function minted(path = APP, body?: unknown): Promise<MintedCredentials> {
  const answered = await api("POST", path, body === undefined ? {} : { body });
  expect([answered.status, answered.text]).toEqual([201, expect.stringContaining("clientSecret")]);
  return mintedCredentialsSchema.parse(answered.body);
}
const listed = async (path = APP) => (await api("GET", path)).body as unknown as MintedCredentials;

/** What isolates are told of a client: how many secrets, and which of them end. */
async function inForce(clientId: string) {
  const store = new Store(env.DB);
  const snapshot = await store.snapshot((await store.head()).revision);
  return (snapshot?.identities?.clients[clientId]?.secrets ?? []).map(({ digest, expiresAtMs }) => ({
    digest,
    ends: expiresAtMs !== null,
  }));
}

async function digestOf(secret: string): Promise<string> {
  const held = await isolateState().keys.current(portsOf(env), { waitUntil: () => undefined }, Date.now());
  return secretDigest(held!.pepper, secret);
}

describe("minting", () => {
  it("gives a client id and a secret, and puts the secret's digest in force", async () => {
    const { clientId, clientSecret, secrets, revision } = await minted();
    expect(clientId).toMatch(/^slvc_[0-9a-f]{24}$/);
    expect(clientSecret).toMatch(/^slvs_[0-9a-f]{12}_[0-9a-f]{64}$/);
    expect(secrets).toMatchObject([{ id: clientSecret.split("_")[1], expiresAt: null, createdBy: "bootstrap" }]);
    expect(revision).toBe(2);
    expect(await inForce(clientId)).toEqual([{ digest: await digestOf(clientSecret), ends: false }]);
  });

  it("makes a second secret of the same client id, and no third", async () => {
    const first = await minted();
    const second = await minted();
    expect(second.clientId).toBe(first.clientId);
    expect(second.clientSecret).not.toBe(first.clientSecret);
    const third = await api("POST", APP);
    const ids = [first, second].map(({ clientSecret }) => clientSecret.split("_")[1]);
    expect([third.status, third.body]).toMatchObject([
      409,
      {
        code: "SLV3007",
        detail: "The Application shop/mobile has two secrets in force, which is the most. Revoke one.",
        secrets: [{ id: ids[0] }, { id: ids[1] }],
      },
    ]);
  });

  it("for a service is apart from that for an application of the same name", async () => {
    await applied(appYaml("orders"));
    const [workload, application] = [
      await minted("/services/shop/orders/credentials"),
      await minted("/applications/shop/orders/credentials"),
    ];
    expect(workload.clientId).not.toBe(application.clientId);
    expect([workload.kind, application.kind]).toEqual(["Service", "Application"]);
  });

  it.each(["applications", "services"])("for one of the %s that is not there is refused", async (owners) => {
    const { status, body } = await api("POST", `/${owners}/shop/nobody/credentials`);
    expect([status, body.detail]).toEqual([
      404,
      expect.stringMatching(/^There is no (Application|Service) shop\/nobody\.$/),
    ]);
  });

  it("without the mesh's keys makes nothing and says so", async () => {
    await minted();
    // A day later what this isolate holds of the ring is no longer good.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3_600_000 });
    const { status, body } = await api("POST", APP, { env: { KEYRING: failingNamespace(env.KEYRING) } });
    vi.useRealTimers();
    expect([status, body]).toMatchObject([
      503,
      {
        code: "SLV9001",
        detail: "The mesh's keys cannot be reached, so no secret can be made. Those in force go on; try again shortly.",
      },
    ]);
    expect((await listed()).secrets).toHaveLength(1);
  });
});

describe("a secret", () => {
  it("is in no answer after the first, nor in the audit, the history or the database", async () => {
    const made = [await minted(), await minted(`${APP}/rotate`, { overlap: "1h" })];
    const secrets = made.map(({ clientSecret }) => clientSecret.split("_")[2]!);
    const answers = await Promise.all(
      [APP, "/audit", "/revisions", "/revisions/2", "/resources", "/namespaces/shop/application/mobile"].map((path) =>
        api("GET", path),
      ),
    );
    const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
      name: string;
    }>();
    const names = results
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("_cf") && !name.startsWith("sqlite"));
    const tables = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
    const store = new Store(env.DB);
    const everything = [
      ...answers.map(({ text }) => text),
      JSON.stringify(tables.map((table) => table.results)),
      JSON.stringify(await store.snapshot((await store.head()).revision)),
    ].join("\n");
    expect(everything).toContain(made[0]!.clientId);
    for (const secret of secrets) {
      expect(everything).not.toContain(secret);
    }
  });

  it("is answered with no-store", async () => {
    const { headers } = await api("POST", APP);
    expect(headers.get("cache-control")).toMatch(/^no-store/);
  });
});

describe("rotating", () => {
  it("gives a new secret and lets the former one live for the overlap", async () => {
    const first = await minted();
    const before = Date.now();
    const second = await minted(`${APP}/rotate`);
    expect(second.clientId).toBe(first.clientId);
    const [former, fresh] = second.secrets;
    expect(fresh).toMatchObject({ id: second.clientSecret.split("_")[1], expiresAt: null });
    const lives = Date.parse(former!.expiresAt!) - before;
    expect(lives).toBeGreaterThanOrEqual(24 * 3_600_000);
    expect(lives).toBeLessThan(24 * 3_600_000 + 60_000);
    expect(await inForce(first.clientId)).toEqual([
      { digest: await digestOf(first.clientSecret), ends: true },
      { digest: await digestOf(second.clientSecret), ends: false },
    ]);
  });

  it("without overlap ends whatever was before it", async () => {
    const { clientId } = await minted();
    await minted();
    const last = await minted(`${APP}/rotate`, { overlap: "0s", reason: "leaked" });
    expect(await inForce(clientId)).toEqual([{ digest: await digestOf(last.clientSecret), ends: false }]);
    expect((await api("GET", `/revisions/${last.revision}`)).body).toMatchObject({
      source: "rotate application/shop/mobile",
      reason: "leaked",
    });
    expect((await api("GET", "/audit?limit=1")).body.items[0]).toMatchObject({
      action: "rotateApplicationCredentials",
      target: "Application/shop/mobile",
      reason: "leaked",
      detail: { clientId, secret: last.clientSecret.split("_")[1] },
    });
  });

  it("twice within an overlap is refused, since it would end a secret in use", async () => {
    await minted();
    await minted(`${APP}/rotate`);
    const { status, body } = await api("POST", `${APP}/rotate`);
    expect([status, body.detail]).toEqual([409, expect.stringMatching(/two secrets in force.*or wait until 20/)]);
  });

  it("by two at once is done by one of them; the other is told why not", async () => {
    await minted();
    const both = await Promise.all([api("POST", `${APP}/rotate`), api("POST", `${APP}/rotate`)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await listed()).secrets).toHaveLength(2);
  });

  it("has a shorter address too", async () => {
    await minted();
    await minted("/applications/shop/mobile/rotate", { overlap: "1h" });
    expect((await listed()).secrets).toHaveLength(2);
  });

  it.each([
    [{ overlap: "-1s" }, "#/overlap"],
    [{ overlap: "721h" }, "#/overlap"],
    [{ overlap: 5 }, "#/overlap"],
    [{ overlaps: "1h" }, "#/overlaps"],
    [{ reason: "" }, "#/reason"],
  ])("with %j is refused", async (body, pointer) => {
    await minted();
    const { status, body: problem } = await api("POST", `${APP}/rotate`, { body });
    expect([status, problem.errors[0]?.pointer]).toEqual([422, pointer]);
  });

  it("what has no credentials is refused", async () => {
    const { status, body } = await api("POST", `${APP}/rotate`);
    expect([status, body.detail]).toEqual([
      404,
      "The Application shop/mobile has no credentials in force to rotate: make some first.",
    ]);
  });
});

describe("revoking", () => {
  it("ends one secret and leaves the other", async () => {
    const [first, second] = [await minted(), await minted()];
    const id = first.clientSecret.split("_")[1];
    const { status, body } = await api("DELETE", `${APP}/${id}`);
    expect([status, body]).toMatchObject([200, { secrets: [{ id: second.clientSecret.split("_")[1] }] }]);
    expect(await inForce(first.clientId)).toEqual([{ digest: await digestOf(second.clientSecret), ends: false }]);
    const again = await api("DELETE", `${APP}/${id}`);
    expect([again.status, again.body.detail]).toEqual([
      404,
      `The Application shop/mobile has no secret ${id} in force.`,
    ]);
  });

  it("all of them keeps the client id for those to come", async () => {
    const { clientId } = await minted();
    await minted();
    expect((await api("DELETE", APP)).body).toMatchObject({ clientId, secrets: [] });
    expect(await inForce(clientId)).toEqual([]);
    expect((await api("DELETE", APP)).status).toBe(404);
    expect((await minted()).clientId).toBe(clientId);
  });

  it("is not undone by a rollback, and a deleted owner's credentials are gone for good", async () => {
    const { clientId, revision } = await minted();
    await api("DELETE", APP);
    await applied(serviceYaml("other"));
    await api("POST", `/revisions/${revision}/rollback`);
    expect(await inForce(clientId)).toEqual([]);
    await minted();
    await api("DELETE", "/namespaces/shop/application/mobile", { headers: { "if-match": "*" } });
    expect(await inForce(clientId)).toEqual([]);
    await applied(appYaml("mobile"));
    expect(await listed()).toMatchObject({ clientId: null, secrets: [] });
    expect((await minted()).clientId).not.toBe(clientId);
  });
});

it("is for operators of the namespace; viewers of it see which secrets there are", async () => {
  await minted();
  const [viewer, operator, foreign] = [
    await tokenFor("viewer", ["shop"]),
    await tokenFor("operator", ["shop"]),
    await tokenFor("operator", ["web"]),
  ];
  expect((await api("GET", APP, { token: viewer })).status).toBe(200);
  expect((await api("GET", APP, { token: foreign })).status).toBe(403);
  for (const [method, path] of [
    ["POST", APP],
    ["POST", `${APP}/rotate`],
    ["POST", "/applications/shop/mobile/rotate"],
    ["DELETE", APP],
    ["DELETE", `${APP}/0123456789ab`],
  ] as const) {
    for (const token of [viewer, foreign]) {
      expect([path, (await api(method, path, { token })).status]).toEqual([path, 403]);
    }
    expect([path, (await api(method, path, { token: null })).status]).toEqual([path, 401]);
  }
  expect((await api("POST", APP, { token: operator })).status).toBe(201);
});
