// Who sees what of the catalogue: consumers by an Application's credentials, operators in the view of consumers, and
// those who are neither.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { catalogSchema } from "../../../src/model/api/endpoints.ts";
import { mintedCredentialsSchema } from "../../../src/model/api/clients.ts";
import { api, applied, ask, FIRST_LOAD_MS, type Sent, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { countedDatabase } from "../../support/worker/databases.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

interface Client {
  readonly id: string;
  readonly secret: string;
}

const clients = new Map<string, Client>();
const operators = new Map<string, string>();

const inline =
  'openapi: {inline: {openapi: "3.1.0", servers: [{url: "http://10.0.0.7:8080/v1"}], info: {title: T, version: "1"}}}';
const endpoints = 'endpoints: [{url: "http://10.0.0.7:8080", version: v1}]';
const texts = 'description: Sells, owner: shop-team, links: [{title: Guide, url: "https://docs.example/guide"}]';
const application = (name: string): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}, namespace: web}}\n`;
const tier = (service: string, namespace = "shop"): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Tier, metadata: {name: ${service}-gold, namespace: ${namespace}}, spec: {service: ${service}, limits: [{name: steady, requests: 5, window: 1m}]}}\n`;
const contract = (name: string, service: string): string =>
  `---\n{apiVersion: selvage.dev/v1, kind: Contract, metadata: {name: ${name}-${service.replace("/", "-")}, namespace: web}, spec: {application: ${name}, service: ${service}, tier: ${service.slice(service.indexOf("/") + 1)}-gold}}\n`;

beforeAll(async () => {
  await emptyRegistry();
  await applied(
    serviceYaml("open", "shop", `exposure: public, ${texts}, ${inline}, ${endpoints}`).replace(
      "namespace: shop}",
      "namespace: shop, labels: {tier: secret-label}, annotations: {note: secret-note}}",
    ) +
      serviceYaml("closed", "shop", `exposure: mesh, ${texts}, ${inline}, ${endpoints}`) +
      serviceYaml("silent", "shop", `exposure: mesh, ${endpoints}`) +
      serviceYaml("neighbour", "web", `exposure: mesh, ${texts}, ${inline}, ${endpoints}`) +
      "---\n{apiVersion: v1, kind: Service, metadata: {name: core, namespace: shop}, spec: {}}\n" +
      ["open", "closed", "silent"].map((one) => tier(one)).join("") +
      tier("neighbour", "web") +
      ["stranger", "buyer", "waiting", "former"].map(application).join("") +
      ["shop/open", "shop/closed", "shop/silent"].map((one) => contract("buyer", one)).join("") +
      contract("waiting", "shop/closed") +
      contract("former", "shop/closed"),
  );
  for (const name of ["stranger", "buyer", "waiting", "former"]) {
    const { body } = await api("POST", `/applications/web/${name}/credentials`);
    const { clientId, clientSecret } = mintedCredentialsSchema.parse(body);
    clients.set(name, { id: clientId, secret: clientSecret });
  }
  for (const name of ["buyer-shop-open", "buyer-shop-closed", "buyer-shop-silent", "former-shop-closed"]) {
    expect((await api("POST", `/contracts/web/${name}/approve`)).status).toBe(200);
  }
  expect((await api("POST", "/contracts/web/former-shop-closed/revoke")).status).toBe(200);
  operators.set("of web", await tokenFor("viewer", ["web"]));
  operators.set("of shop", await tokenFor("viewer", ["shop"]));
  operators.set("of nothing here", await tokenFor("viewer", ["elsewhere"]));
  operators.set("of the mesh", await tokenFor("viewer"));
}, FIRST_LOAD_MS);

const basic = (name: string, secret = clients.get(name)?.secret): Sent => ({
  token: null,
  headers: { authorization: `Basic ${btoa(`${clients.get(name)?.id ?? name}:${secret ?? ""}`)}` },
});
const by = (who: string): Sent => (clients.has(who) ? basic(who) : { token: operators.get(who) ?? null });

async function bearer(name: string): Promise<Sent> {
  const client = clients.get(name);
  const form = { grant_type: "client_credentials", client_id: client?.id ?? "", client_secret: client?.secret ?? "" };
  const { SELF } = await import("cloudflare:test");
  const answer = await SELF.fetch("http://mesh.test/_selvage/v1/oauth/token", {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const { access_token: token } = await answer.json<{ access_token: string }>();
  return { token };
}

/** How much of each service somebody sees. */
async function seen(who: Sent, query = ""): Promise<Record<string, string>> {
  const { status, body } = await api("GET", `/catalog${query}`, who);
  expect(status).toBe(200);
  const { items } = catalogSchema.parse(body);
  return Object.fromEntries(
    items.map((one) => [
      `${one.namespace}/${one.name}`,
      one.endpoints.length > 0 ? "operated" : one.versions.length > 0 ? "whole" : "brief",
    ]),
  );
}

describe("the catalogue", () => {
  const brief = { "shop/open": "brief" };
  it.each([
    ["stranger", "", brief],
    ["waiting", "", brief],
    ["former", "", brief],
    ["buyer", "", { "shop/open": "whole", "shop/closed": "whole", "shop/silent": "whole" }],
    ["buyer", "?namespace=shop", { "shop/open": "whole", "shop/closed": "whole", "shop/silent": "whole" }],
    ["buyer", "?namespace=web", {}],
    ["buyer", "?view=operators", { "shop/open": "whole", "shop/closed": "whole", "shop/silent": "whole" }],
    ["of web", "", { "web/neighbour": "operated" }],
    [
      "of web",
      "?view=consumers",
      { "shop/open": "whole", "shop/closed": "whole", "shop/silent": "whole", "web/neighbour": "whole" },
    ],
    ["of nothing here", "?view=consumers", brief],
    ["of nothing here", "", {}],
  ])("shows to %s%s what is theirs to see", async (who, query, expected) => {
    expect(await seen(by(who), query)).toEqual(expected);
  });

  it("is read once, however often it is asked for, and anew when something changed", async () => {
    await seen(by("buyer"));
    const counted = countedDatabase(env.DB);
    const ask = (who: string) => api("GET", "/catalog", { ...by(who), env: { DB: counted.db } });
    for (let times = 0; times < 10; times++) {
      await ask(times % 2 === 0 ? "buyer" : "stranger");
    }
    // The head, to judge the client and to know that nothing changed.
    expect(counted.statements()).toBeLessThanOrEqual(20);
    await applied(serviceYaml("late", "shop", "exposure: public"));
    expect(await seen(by("stranger"))).toMatchObject({ "shop/late": "brief" });
    await api("PUT", "/namespaces/shop/services/late/endpoints/one", { body: { url: "http://127.0.0.1:9001" } });
    const { body } = await api("GET", "/catalog?view=consumers", by("of shop"));
    expect(body.items.find(({ name }) => name === "late")).toMatchObject({
      versions: [{ version: null, endpoints: 1 }],
    });
    expect((await api("DELETE", "/namespaces/shop/service/late", { headers: { "if-match": "*" } })).status).toBe(200);
    expect(await seen(by("stranger"))).toEqual(brief);
  });

  it("shows the same to a bearer token of the application as to its secret", async () => {
    expect(await seen(await bearer("buyer"))).toEqual(await seen(by("buyer")));
    expect(await seen(await bearer("stranger"))).toEqual(brief);
  });

  it("tells a consumer in brief what the API is and which tiers can be asked for", async () => {
    const { body } = await api("GET", "/catalog", by("stranger"));
    expect(body.items).toEqual([
      {
        namespace: "shop",
        name: "open",
        description: "Sells",
        owner: "shop-team",
        exposure: "public",
        labels: {},
        addresses: ["/svc/open.shop/"],
        versions: [],
        endpoints: [],
        openapi: null,
        links: [],
        tiers: [{ name: "open-gold", approval: "manual", limits: [{ name: "steady", requests: 5, window: "1m" }] }],
        contracts: [],
      },
    ]);
  });

  it("tells one with a contract all that concerns a consumer, and nothing of what is behind the mesh", async () => {
    const { body, text } = await api("GET", "/catalog?namespace=shop", by("buyer"));
    expect(body.items[1]).toMatchObject({
      name: "open",
      versions: [{ version: "v1", endpoints: 1 }],
      openapi: "/_selvage/v1/catalog/shop/open/openapi.json",
      links: [{ title: "Guide", url: "https://docs.example/guide" }],
      contracts: [{ application: "web/buyer", tier: "open-gold" }],
    });
    expect(text).not.toMatch(/10\.0\.0\.7|secret|static-|health/);
  });
});

describe("a description", () => {
  const path = (service: string): string => `/catalog/${service}/openapi.json`;

  it.each([
    ["stranger", "shop/open", 404],
    ["stranger", "shop/closed", 404],
    ["stranger", "shop/absent", 404],
    ["stranger", "web/neighbour", 404],
    ["waiting", "shop/closed", 404],
    ["former", "shop/closed", 404],
    ["buyer", "shop/silent", 404],
    ["buyer", "shop/core", 404],
    ["buyer", "web/neighbour", 404],
    ["buyer", "shop/open", 200],
    ["buyer", "shop/closed", 200],
    ["of web", "shop/closed", 200],
    ["of web", "web/neighbour", 200],
    ["of web", "shop/core", 403],
    ["of web", "shop/absent", 403],
    ["of shop", "web/neighbour", 403],
    ["of nothing here", "shop/open", 403],
    ["of the mesh", "shop/open", 200],
  ])("is told to %s of %s with %i", async (who, service, status) => {
    const answered = await api("GET", path(service), by(who));
    expect(answered.status).toBe(status);
    if (status === 404) {
      expect(answered.body).toMatchObject({
        code: "SLV1005",
        detail:
          service === "shop/silent"
            ? "shop/silent has no description."
            : `There is no description of ${service} for you: it takes a contract in force with the service.`,
      });
    }
  });

  it("names the mesh to consumers, and to operators of the service what its author wrote", async () => {
    const servers = (sent: Sent): Promise<unknown> =>
      api("GET", path("shop/open"), sent).then(({ body }) => (body as unknown as { servers: unknown }).servers);
    const atMesh = [{ url: "http://mesh.test/svc/open.shop/v1" }, { url: "https://open.shop.mesh.example/v1" }];
    const sent = { env: { MESH_DOMAIN: "mesh.example" } };
    expect(await servers({ ...by("buyer"), ...sent })).toEqual(atMesh);
    expect(await servers({ ...by("of web"), ...sent })).toEqual(atMesh);
    expect(await servers(by("of shop"))).toEqual([{ url: "http://10.0.0.7:8080/v1" }]);
  });

  it("that cannot be fetched is told without where from", async () => {
    const url = 'exposure: mesh, openapi: {url: "http://10.0.0.7:8080/openapi.json"}';
    await applied(serviceYaml("closed", "shop", url));
    vi.stubGlobal("fetch", async () => new Response("no", { status: 500 }));
    const told = await api("GET", path("shop/closed"), by("buyer"));
    vi.unstubAllGlobals();
    expect([told.status, told.body.code]).toEqual([502, "SLV5006"]);
    expect(told.body.detail).toBe("The description of shop/closed cannot be had at the moment.");
    expect(told.text).not.toContain("10.0.0.7");
  });
});

describe("a proof that is none", () => {
  it("is refused alike, whatever is wrong with it", async () => {
    for (const sent of [
      basic("buyer", "slvs_0_wrong"),
      basic("slvc_unknown", "x"),
      { token: null, headers: { authorization: "Basic %%%" } },
      { token: null, headers: { authorization: "Basic" } },
    ]) {
      const { status, body, headers } = await api("GET", "/catalog", sent);
      expect([status, body.code, body.detail]).toEqual([
        401,
        "SLV2111",
        "The client id or secret is not an Application's.",
      ]);
      expect(headers.get("www-authenticate")).toBe('Basic realm="selvage", charset="UTF-8"');
    }
  });

  it("is a workload's, a token that was changed, and one whose secret was withdrawn", async () => {
    const minted = await api("POST", "/services/shop/open/credentials");
    const { clientId, clientSecret } = mintedCredentialsSchema.parse(minted.body);
    clients.set("workload", { id: clientId, secret: clientSecret });
    expect((await api("GET", "/catalog", by("workload"))).status).toBe(401);
    expect((await api("GET", "/catalog", await bearer("workload"))).status).toBe(401);
    const { token } = await bearer("former");
    const changed = { token: `${token?.slice(0, -6) ?? ""}AAAAAA` };
    expect((await api("GET", "/catalog", changed)).status).toBe(401);
    expect((await api("GET", "/catalog", { token: token ?? null })).status).toBe(200);
    expect((await api("DELETE", "/applications/web/former/credentials")).status).toBe(200);
    expect((await api("GET", "/catalog", { token: token ?? null })).status).toBe(401);
    expect((await api("GET", "/catalog", by("former"))).status).toBe(401);
  });

  it("opens nothing else, though it is good", async () => {
    const { text } = await ask("GET", "/_selvage/openapi.json", { token: null });
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { security: object[] }>> };
    const opened: string[] = [];
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(item)) {
        if (!path.startsWith("/_selvage/v1/") || security.length === 0) {
          continue;
        }
        const filled = path
          .replace("{ns}", "shop")
          .replace("{svc}", "open")
          .replaceAll(/\{.+?\}/g, "one");
        for (const sent of [by("buyer"), await bearer("buyer")]) {
          const { status } = await ask(method.toUpperCase(), filled, sent);
          opened.push(...(status === 401 ? [] : [`${method} ${path}`]));
        }
      }
    }
    expect([...new Set(opened)]).toEqual([
      "get /_selvage/v1/catalog",
      "get /_selvage/v1/catalog/{ns}/{svc}/openapi.json",
    ]);
  });
});
