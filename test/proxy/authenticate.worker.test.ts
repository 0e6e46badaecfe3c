import { beforeAll, describe, expect, it } from "vitest";
import { certificates } from "../support/certificates.ts";
import { signJws } from "../support/tokens/jws.ts";
import { meshBehind, lastSent, meshOf, SECRET, told } from "../support/worker/clients-mesh.ts";
import {
  bearing,
  CLAIMS,
  GUARDED_URL,
  guardedMesh,
  inlineProviders,
  newIssuers,
  OTHER_ISSUER,
  policyYaml,
  type Issuers,
} from "../support/worker/guarded-mesh.ts";
import { NOW, serviceYaml } from "../support/worker/test-mesh.ts";

const utf8 = new TextEncoder();

let kit: Issuers;
let jwt: string;
beforeAll(async () => {
  kit = await newIssuers();
  jwt = `jwt: {providers: ${inlineProviders(kit, ", claimToHeaders: [{claim: sub, header: X-User}, {claim: realm.roles, header: x-roles}]")}}`;
});

const NO_TOKEN = '401 SLV2101 Bearer realm="selvage"';
const BAD_TOKEN =
  '401 SLV2110 Bearer realm="selvage", error="invalid_token", error_description="The token is not accepted"';

describe("a token", () => {
  it("is asked for", async () => {
    expect(await told(meshBehind(jwt))).toBe(NO_TOKEN);
    expect(await told(meshBehind(`mode: permit, ${jwt}`))).toBe("200");
  });

  it("in the query is none", async () => {
    const mesh = meshBehind(jwt);
    const token = await kit.sign(CLAIMS);
    expect((await mesh.send(`${GUARDED_URL}?access_token=${token}`)).status).toBe(401);
  });

  it("is found under a scheme in any case, and two headers are refused", async () => {
    const mesh = meshBehind(`mode: permit, ${jwt}`);
    const token = await kit.sign(CLAIMS);
    expect(await told(mesh, { authorization: `bEARER ${token}` })).toBe("200");
    const twice = new Headers([
      ["authorization", `Bearer ${token}`],
      ["authorization", `Bearer ${token}`],
    ]);
    expect(await told(mesh, twice)).toBe(BAD_TOKEN);
    const mixed = new Headers([
      ["authorization", "Basic YTpi"],
      ["authorization", `Bearer ${token}`],
    ]);
    expect(await told(mesh, mixed)).toBe(BAD_TOKEN);
  });

  it.each<[string, Record<string, string>]>([
    ["a scheme alone", { authorization: "Bearer" }],
    ["a scheme and a blank", { authorization: "Bearer " }],
    ["an empty header", { "x-token": "" }],
    ["an empty cookie", { cookie: "a=1; session=; b=2" }],
    ["an empty word of the mesh", { "selvage-identity": "" }],
    ["an empty pair", { client_id: "", client_secret: "" }],
    ["Basic alone", { authorization: "Basic " }],
  ])("that is empty is none, not a bad one: %s", async (_, headers) => {
    const provider = jwt.replace(
      "issuer:",
      "from: [{header: authorization, prefix: 'Bearer '}, {header: x-token}, {cookie: session}], issuer:",
    );
    const proofs = `${provider}, clientCredentials: {from: [basic, {headers: {}}]}`;
    expect(await told(meshBehind(`mode: permit, ${proofs}`), headers)).toBe("200");
    expect((await told(meshBehind(proofs), headers)).slice(0, 11)).toBe("401 SLV2101");
  });

  it("of a user is passed on, and its claims are headers that nobody else can write", async () => {
    const mesh = meshBehind(`mode: permit, ${jwt}`);
    const spoofed = { "x-user": "root", X_User: "root", "x-roles": "admin", "x-other": "kept" };
    expect(await told(mesh, spoofed)).toBe("200");
    expect([...lastSent(mesh).keys()].filter((name) => /user|roles/.test(name))).toEqual([]);
    expect(lastSent(mesh).get("x-other")).toBe("kept");
    const token = await kit.sign({ ...CLAIMS, realm: { roles: ["a", "b,c"] } });
    expect(await told(mesh, { ...spoofed, authorization: `Bearer ${token}` })).toBe("200");
    expect(lastSent(mesh).get("authorization")).toBe(`Bearer ${token}`);
    expect([lastSent(mesh).get("x-user"), lastSent(mesh).get("x-roles")]).toEqual(["u1", "a,b%2Cc"]);
    expect(lastSent(mesh).get("x_user")).toBeNull();
  });

  it.each<[string, unknown, string | null]>([
    ["a line break", "a\r\nx: y", "a%0D%0Ax: y"],
    ["letters whose low bytes are a line break", "\u760D\u760A", "%E7%98%8D%E7%98%8A"],
    ["a NUL", "a\0b", "a%00b"],
    ["a percent sign", "50%0d", "50%250d"],
    ["half a character", "\uD800", "%EF%BF%BD"],
    ["spaces around", " a ", "%20a%20"],
    ["10 KiB, less what a token may have", "x".repeat(5000), null],
  ])("with a sub of %s never breaks a header", async (_title, sub, expected) => {
    const mesh = meshBehind(jwt);
    expect(await told(mesh, { authorization: `Bearer ${await kit.sign({ ...CLAIMS, sub })}`, "x-user": "root" })).toBe(
      "200",
    );
    expect(lastSent(mesh).get("x-user")).toBe(expected);
  });

  it("comes from a cookie where the policy says so", async () => {
    const [es] = [JSON.stringify([kit.es.jwk])];
    const spec = `jwt: {providers: [{name: idp, issuer: "${CLAIMS.iss}", jwks: {keys: ${es}}, from: [{cookie: sid}]}]}`;
    const mesh = meshBehind(spec);
    const token = await kit.sign(CLAIMS);
    expect(await told(mesh, { cookie: `a=b; sid=${token}` })).toBe("200");
    expect(await told(mesh, { cookie: `sid=${token}; sid=other` })).toBe(BAD_TOKEN);
    expect(await told(mesh, { authorization: `Bearer ${token}` })).toBe(NO_TOKEN);
  });

  it("is looked for where its provider looks only", async () => {
    const provider = (name: string, issuer: string, jwk: object, header: string): string =>
      `{name: ${name}, issuer: "${issuer}", algorithms: [ES256], jwks: {keys: [${JSON.stringify(jwk)}]}, from: [{header: ${header}}]}`;
    const mesh = meshBehind(
      `jwt: {providers: [${provider("a", CLAIMS.iss, kit.es.jwk, "x-a")}, ${provider("b", OTHER_ISSUER, kit.other.jwk, "x-b")}]}`,
    );
    const [a, b] = [await kit.sign(CLAIMS), await signJws(kit.other, { ...CLAIMS, iss: OTHER_ISSUER })];
    expect(await told(mesh, { "x-a": a })).toBe("200");
    expect(await told(mesh, { "x-b": a })).toBe(BAD_TOKEN);
    expect(await told(mesh, { "x-a": a, "x-b": b })).toBe("200");
    // A good one does not make up for a bad one.
    expect(await told(mesh, { "x-a": a, "x-b": `${b}x` })).toBe(BAD_TOKEN);
  });
});

describe("a token under a shared secret", () => {
  const spec =
    'jwt: {providers: [{name: idp, issuer: "https://id.example.com/", algorithms: [HS256], secretRef: {name: IDP}}]}';
  const secret = "0123456789abcdef0123456789abcdef";
  async function token(): Promise<string> {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const privateKey = await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"]);
    return signJws({ kid: "any", alg: "HS256", privateKey, jwk: {} }, CLAIMS);
  }

  it("is accepted, and forged ones are not", async () => {
    const mesh = meshBehind(spec, {}, { env: { IDP: secret } });
    expect(await told(mesh, { authorization: `Bearer ${await token()}` })).toBe("200");
    expect(await told(mesh, { authorization: `Bearer ${await token()}x` })).toBe(BAD_TOKEN);
  });

  it.each([
    ["is missing", {}],
    ["is too short", { IDP: "short" }],
    ["is no text", { IDP: { fetch: 1 } }],
  ])("lets nobody in when the Worker secret %s", async (_title, env) => {
    expect(await told(meshBehind(spec, {}, { env }), { authorization: `Bearer ${await token()}` })).toBe(
      "503 SLV2113 null",
    );
  });

  it("is never the mesh's own secret", async () => {
    const own = spec.replace("IDP", "SELVAGE_ADMIN_TOKEN");
    const mesh = meshBehind(own, {}, { env: { SELVAGE_ADMIN_TOKEN: secret } });
    expect(await told(mesh, { authorization: `Bearer ${await token()}` })).toBe("503 SLV2113 null");
  });
});

describe("which proofs are needed", () => {
  const both = async (): Promise<Record<string, string>> => ({ ...bearingHeaders(await kit.sign(CLAIMS)), ...pair });
  const bearingHeaders = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const pair = { client_id: "web", client_secret: SECRET };
  const HEADERS = "from: [{headers: {}}]";

  it("one of several, whichever", async () => {
    const mesh = meshBehind(`${jwt}, clientCredentials: {${HEADERS}}`);
    expect(await told(mesh, pair)).toBe("200");
    expect(await told(mesh, bearingHeaders(await kit.sign(CLAIMS)))).toBe("200");
    expect(await told(mesh, await both())).toBe("200");
    expect(await told(mesh)).toBe('401 SLV2101 Bearer realm="selvage", Client-ID-Enforcement');
    expect(await told(mesh, { ...pair, authorization: "Bearer x" })).toBe(BAD_TOKEN);
  });

  it("the required one besides one of the others", async () => {
    const mesh = meshBehind(`${jwt}, clientCredentials: {required: true, ${HEADERS}}`);
    expect((await told(mesh, pair)).slice(0, 11)).toBe("401 SLV2101");
    expect((await told(mesh, bearingHeaders(await kit.sign(CLAIMS)))).slice(0, 11)).toBe("401 SLV2101");
    expect(await told(mesh, await both())).toBe("200");
  });

  it("the required one also where the others are optional", async () => {
    const mesh = meshBehind(`mode: permit, ${jwt}, clientCredentials: {required: true, ${HEADERS}}`);
    expect((await told(mesh)).slice(0, 11)).toBe("401 SLV2101");
    expect(await told(mesh, pair)).toBe("200");
  });
});

describe("a client certificate", () => {
  const certified = (facts: object): RequestInit => ({
    cf: { tlsClientAuth: { certPresented: "1", certVerified: "SUCCESS", certRevoked: "0", ...facts } } as never,
  });
  const good = certified({ certRFC9440: certificates.storefront });

  it("is asked for, and a bad one is refused", async () => {
    for (const mode of ["require", "permit"]) {
      const mesh = meshBehind(`mode: ${mode}, mtls: {}`);
      expect((await told(mesh)).slice(0, 3)).toBe(mode === "permit" ? "200" : "401");
      expect(await told(mesh, {}, good)).toBe("200");
      expect(lastSent(mesh).get("selvage-source")).toBe("spiffe://mesh.local/ns/shop/sa/storefront");
      expect(await told(mesh, {}, certified({ certVerified: "FAILED" }))).toBe('401 SLV2112 Bearer realm="selvage"');
    }
  });

  it("with a SPIFFE ID is an identity for a service that is not public; without one it is none", async () => {
    const mesh = meshOf(serviceYaml("orders").replace("exposure: public", "exposure: mesh"));
    expect(await told(mesh)).toBe(NO_TOKEN);
    expect(await told(mesh, {}, good)).toBe("200");
    expect(await told(mesh, {}, certified({ certRFC9440: certificates.nameless }))).toBe(NO_TOKEN);
    expect(await told(mesh, {}, certified({ certRFC9440: certificates.foreign }))).toBe(NO_TOKEN);
    expect(await told(mesh, {}, certified({ certRFC9440: certificates.storefront, certVerified: "FAILED" }))).toBe(
      NO_TOKEN,
    );
  });

  it("is the identity of a workload where a policy asks for one", async () => {
    const mesh = meshBehind("mesh: {}");
    expect(await told(mesh)).toBe(NO_TOKEN);
    expect(await told(mesh, {}, good)).toBe("200");
  });
});

describe("where a policy holds", () => {
  const spec = (): string => `mode: permit, ${jwt}`;
  const hidden = serviceYaml("orders").replace("exposure: public", "exposure: mesh");

  it("one of the service's own takes the place of its exposure", async () => {
    expect(await told(meshOf(hidden + policyYaml(spec())))).toBe("200");
  });

  it("one of the mesh adds to it", async () => {
    const mesh = meshOf(hidden + policyYaml(spec(), "all", "{kind: Mesh}"));
    expect(await told(mesh)).toBe(NO_TOKEN);
    expect(await told(mesh, { authorization: `Bearer ${await kit.sign(CLAIMS)}` })).toBe("200");
  });
});

it("a verified token is good only as long as it lasts, and only for what verified it", async () => {
  let clock = NOW;
  const mesh = guardedMesh(jwt, { ports: { now: () => clock } });
  const token = bearing(await kit.sign(CLAIMS));
  expect((await mesh.send(GUARDED_URL, token)).status).toBe(200);
  clock += 359_999;
  expect((await mesh.send(GUARDED_URL, token)).status).toBe(200);
  clock += 1;
  expect((await mesh.send(GUARDED_URL, token)).status).toBe(401);
});
