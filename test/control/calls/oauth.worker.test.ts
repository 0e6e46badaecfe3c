// The token call as clients see it: what comes in as a form, what goes out as OAuth's JSON, and whom it believes.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { mintedCredentialsSchema } from "../../../src/model/api/clients.ts";
import { keySetOf } from "../../../src/tokens/key-set.ts";
import { readToken } from "../../../src/tokens/read-token.ts";
import { verifyToken } from "../../../src/tokens/verify-token.ts";
import { signJws, signerOf, type Signer } from "../../support/tokens/jws.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml } from "../../support/worker/admin.ts";
import { published } from "../../support/worker/published.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const MESH = "spiffe://mesh.local";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

interface Client {
  readonly id: string;
  readonly secret: string;
}
let orders: Client;
let till: Client;
let cluster: Signer;

async function clientOf(path: string): Promise<Client> {
  const { body } = await api("POST", path);
  const { clientId, clientSecret } = mintedCredentialsSchema.parse(body);
  return { id: clientId, secret: clientSecret };
}

beforeAll(async () => {
  await emptyRegistry();
  cluster = await signerOf("RS256", "k8s-1");
  const trust = { issuer: "https://k8s.example", audience: MESH, jwks: { keys: [cluster.jwk] } };
  await applied(
    [
      serviceYaml("orders"),
      serviceYaml("carts"),
      "{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: till, namespace: shop}}\n",
      `${JSON.stringify({ apiVersion: "selvage.dev/v1", kind: "Cluster", metadata: { name: "eu-1" }, spec: { trust } })}\n---\n` +
        `${JSON.stringify({ apiVersion: "selvage.dev/v1", kind: "Cluster", metadata: { name: "eu-2" }, spec: { trust: { ...trust, issuer: "https://k8s-2.example", namespaces: ["web"] } } })}\n`,
    ].join("---\n"),
  );
  orders = await clientOf("/services/shop/orders/credentials");
  till = await clientOf("/applications/shop/till/credentials");
}, FIRST_LOAD_MS);

let address = 0;
/** From an address of its own, so that no test is slowed down by what another one got wrong. */
async function token(
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
  clientIp = `192.0.2.${++address % 250}`,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const ctx = createExecutionContext();
  const request = new Request("https://mesh.example/_selvage/v1/oauth/token", {
    method: "POST",
    body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    cf: { clientIp },
  });
  const response = await worker.fetch(request, env, ctx);
  await waitOnExecutionContext(ctx);
  const body: Record<string, unknown> = await response.json();
  expect(response.headers.get("cache-control")).toBe("no-store");
  return { status: response.status, headers: response.headers, body };
}

const grant = { grant_type: "client_credentials" };
const basic = ({ id, secret }: Client): Record<string, string> => ({
  authorization: `Basic ${btoa(`${id}:${secret}`)}`,
});

/** The claims of a token that the published keys vouch for. */
async function claimsOf(text: unknown): Promise<Readonly<Record<string, unknown>>> {
  const { keys } = await keySetOf(JSON.parse((await published("jwks.json")).text));
  const read = readToken(String(text));
  if (!read.ok) {
    throw new Error(read.reason);
  }
  const terms = {
    issuer: MESH,
    audiences: [MESH],
    algorithms: ["ES256"],
    clockSkewMs: 0,
    requiredClaims: ["exp", "jti"],
  };
  const verified = await verifyToken(read, keys, { ...terms, types: ["at+jwt"] }, Date.now());
  if (!verified.ok) {
    throw new Error(verified.reason);
  }
  return verified.claims;
}

describe("client credentials", () => {
  it("of a service give a token of its workload, ten minutes long", async () => {
    const { status, body } = await token(grant, basic(orders));
    expect([status, body]).toEqual([200, { access_token: expect.any(String), token_type: "Bearer", expires_in: 600 }]);
    const claims = await claimsOf(body.access_token);
    expect(claims).toMatchObject({ sub: `${MESH}/ns/shop/sa/orders`, client_id: orders.id, aud: MESH });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(600);
  });

  it("of an application, in the body, give a token of the application", async () => {
    const { body } = await token({ ...grant, client_id: till.id, client_secret: till.secret });
    expect(await claimsOf(body.access_token)).toMatchObject({ sub: `${MESH}/ns/shop/app/till`, client_id: till.id });
  });

  it("may be form-encoded within Basic, and the body may repeat the client's id", async () => {
    const encoded = `${till.id.replace("_", "%5F")}:${till.secret.replace("_", "%5f")}`;
    const { status } = await token({ ...grant, client_id: till.id }, { authorization: `basic ${btoa(encoded)}` });
    expect(status).toBe(200);
  });

  it("of nobody, of a stranger and with a wrong secret are refused alike", async () => {
    const answers = await Promise.all([
      token(grant),
      token(grant, basic({ id: "slvc_0000", secret: orders.secret })),
      token(grant, basic({ id: "constructor", secret: "x" })),
      token(grant, basic({ ...orders, secret: till.secret })),
      token({ ...grant, client_id: orders.id, client_secret: "x" }),
      token(grant, { authorization: "Basic !!!" }),
      token(grant, { authorization: `Basic ${btoa("no colon")}` }),
      token(grant, { authorization: `Basic ${btoa("a:%E0%A4%A")}` }),
      token(grant, { authorization: "Bearer abc" }),
    ]);
    for (const { status, headers, body } of answers) {
      expect([status, headers.get("www-authenticate")]).toEqual([401, 'Basic realm="selvage", charset="UTF-8"']);
      expect(body).toEqual({
        error: "invalid_client",
        error_description: "The client id or secret is not accepted.",
        requestId: expect.any(String),
      });
    }
  });

  it("that are wrong more than twenty times from one address wait there, and right ones do not, new ones neither", async () => {
    await applied(serviceYaml("fresh"));
    const fresh = await clientOf("/services/shop/fresh/credentials");
    const statuses: number[] = [];
    for (let nth = 0; nth < 22; nth++) {
      const forged = { "cf-connecting-ip": `203.0.113.${nth}` };
      const guess = { ...basic({ id: `slvc_guess-${nth}`, secret: "x" }), ...forged };
      statuses.push((await token(grant, guess, "2001:db8:7::1")).status);
    }
    expect([new Set(statuses.slice(0, 20)), statuses[21]]).toEqual([new Set([401]), 429]);
    const sibling = await token(grant, basic({ id: orders.id, secret: "x" }), "2001:db8:7::2");
    expect([sibling.status, sibling.body.error]).toEqual([429, "temporarily_unavailable"]);
    expect(Number(sibling.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await token(grant, basic(orders), "2001:db8:7::1")).status).toBe(200);
    expect((await token(grant, basic(fresh), "2001:db8:7::1")).status).toBe(200);
  });
});

describe("a request that is not valid", () => {
  it.each<[string, string, string, Record<string, string>]>([
    ["without a grant type", "invalid_request", "scope=", {}],
    ["with a parameter twice", "invalid_request", "grant_type=client_credentials&grant_type=client_credentials", {}],
    ["with another grant type", "unsupported_grant_type", "grant_type=password", {}],
    ["with a scope", "invalid_scope", "grant_type=client_credentials&scope=orders", {}],
    [
      "that authenticates twice",
      "invalid_request",
      "grant_type=client_credentials&client_id=a&client_secret=b",
      { authorization: "Basic YTpi" },
    ],
    [
      "that names two clients",
      "invalid_request",
      "grant_type=client_credentials&client_id=b",
      { authorization: "Basic YTpi" },
    ],
    ["with a secret and no id", "invalid_request", "grant_type=client_credentials&client_secret=b", {}],
    ["as JSON", "invalid_request", '{"grant_type":"client_credentials"}', { "content-type": "application/json" }],
    ["that is too large", "invalid_request", `grant_type=client_credentials&x=${"y".repeat(40_000)}`, {}],
  ])("%s is told so", async (_title, error, body, headers) => {
    const answer = await token(body, headers);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
  });

  it("by its method is told which one to use", async () => {
    const { status, headers } = await ask("GET", "/_selvage/v1/oauth/token", { token: null });
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("token exchange", () => {
  const claims = (more: object = {}) => ({
    iss: "https://k8s.example",
    aud: [MESH],
    sub: "system:serviceaccount:shop:orders",
    exp: Math.floor(Date.now() / 1000) + 3600,
    "kubernetes.io": { namespace: "shop", serviceaccount: { name: "orders", uid: "u" } },
    ...more,
  });
  const form = { grant_type: EXCHANGE, subject_token_type: JWT };
  const exchange = async (more: object, header = {}) =>
    token({ ...form, subject_token: await signJws(cluster, claims(more), header) });

  it("gives the workload of a Kubernetes service account its token", async () => {
    const { status, body } = await exchange({});
    expect([status, body.issued_token_type]).toEqual([200, "urn:ietf:params:oauth:token-type:access_token"]);
    const issued = await claimsOf(body.access_token);
    expect(issued).toMatchObject({ sub: `${MESH}/ns/shop/sa/orders`, client_id: "cluster:eu-1" });
  });

  it.each([
    ["its sub alone", { "kubernetes.io": undefined }],
    ["a SPIFFE ID", { sub: "spiffe://mesh.local/ns/shop/sa/orders", "kubernetes.io": undefined }],
    ["the claim of Kubernetes alone", { sub: "whatever" }],
  ])("knows the workload by %s", async (_title, more) => {
    expect((await exchange(more)).status).toBe(200);
  });

  it("gives nothing that outlives the token it was given for", async () => {
    const { body } = await exchange({ exp: Math.floor(Date.now() / 1000) + 100 });
    expect(Number(body.expires_in)).toBeGreaterThanOrEqual(98);
    expect(Number(body.expires_in)).toBeLessThanOrEqual(100);
  });

  it.each([
    ["of another issuer", { iss: "https://other" }],
    ["for another audience", { aud: ["https://kubernetes.default.svc"] }],
    ["that has expired", { exp: 1_000_000_000 }],
    ["without an end", { exp: undefined }],
    ["that names two workloads", { sub: "system:serviceaccount:shop:carts" }],
    ["of another trust domain", { sub: "spiffe://cluster.local/ns/shop/sa/orders", "kubernetes.io": undefined }],
    ["of another trust domain, whatever else it says", { sub: "spiffe://cluster.local/ns/shop/sa/orders" }],
    ["for a namespace that the cluster does not speak for", { iss: "https://k8s-2.example" }],
    ["that names nobody", { sub: "user", "kubernetes.io": undefined }],
    ["of a name that is none", { sub: "system:serviceaccount:shop:../x", "kubernetes.io": undefined }],
  ])("refuses a token %s", async (_title, more) => {
    const { status, body } = await exchange(more);
    expect([status, body.error, body.error_description]).toEqual([
      400,
      "invalid_grant",
      "The subject_token is not accepted.",
    ]);
  });

  it("refuses a token that somebody else signed, one of the mesh, and no token at all", async () => {
    const stranger = await signerOf("RS256", "k8s-1");
    const own = (await token(grant, basic(orders))).body.access_token;
    for (const text of [await signJws(stranger, claims()), String(own), "x"]) {
      expect((await token({ ...form, subject_token: text })).body.error).toBe("invalid_grant");
    }
  });

  it("says so when the workload has no Service", async () => {
    const sub = "system:serviceaccount:shop:gone";
    const { body } = await exchange({ sub, "kubernetes.io": undefined });
    expect(body.error_description).toBe("The token is good, but there is no Service shop/gone.");
  });

  it.each<[string, Record<string, string>, string]>([
    ["without a subject_token", { subject_token: "" }, "invalid_request"],
    ["without its type", { subject_token_type: "" }, "invalid_request"],
    ["of a SAML assertion", { subject_token_type: "urn:ietf:params:oauth:token-type:saml2" }, "invalid_request"],
    [
      "for a refresh token",
      { requested_token_type: "urn:ietf:params:oauth:token-type:refresh_token" },
      "invalid_request",
    ],
    ["with an actor", { actor_token: "x" }, "invalid_request"],
    ["for another audience", { audience: "https://elsewhere" }, "invalid_target"],
    ["with client credentials beside it", { client_id: "a", client_secret: "b" }, "invalid_request"],
  ])("%s is not valid", async (_title, more, error) => {
    const subject_token = await signJws(cluster, claims());
    const { status, body } = await token({ ...form, subject_token, ...more });
    expect([status, body.error]).toEqual([400, error]);
  });
});
