// Tokens of the mesh as proof of who calls: where they are read, what they are checked for, and what they stand for
// now.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Identities } from "../../src/model/snapshot/access.ts";
import type { MeshKeys } from "../../src/model/message/mesh-keys.ts";
import { mint } from "../../src/tokens/mint.ts";
import { readToken } from "../../src/tokens/read-token.ts";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { NOW, problemOf, serviceYaml, testMesh, TOLD_MORE, type TestMesh } from "../support/worker/test-mesh.ts";

const NOW_S = NOW / 1000;
const ISSUER = "spiffe://mesh.local";
const WORKLOAD = `${ISSUER}/ns/shop/sa/orders`;
const APPLICATION = `${ISSUER}/ns/shop/app/till`;

let keys: MeshKeys;
let now = NOW;
let identities: Identities;
let mesh: TestMesh;
beforeAll(async () => {
  keys = await meshKeys("k1", "k2");
});
beforeEach(() => {
  now = NOW;
  const secrets = [{ digest: "d", expiresAtMs: null }];
  identities = {
    clients: {
      slvc_orders: { kind: "Service", namespace: "shop", name: "orders", secrets },
      slvc_till: { kind: "Application", namespace: "shop", name: "till", secrets },
    },
    contracts: {},
    tiered: {},
    trust: [{ cluster: "eu-1", issuer: "https://k8s", audience: null, keys: { jwks: { keys: [] } } }],
  };
  mesh = meshWith(() => keys);
});

const yaml =
  serviceYaml("orders", undefined, TOLD_MORE) +
  serviceYaml("carts", undefined, TOLD_MORE).replace("exposure: public", "exposure: mesh");

function meshWith(held: () => MeshKeys | null): TestMesh {
  const made = testMesh(yaml, { ports: { keys: held, now: () => now } });
  // The snapshot is the mesh's own object: what stands in for another revision is written into it.
  const { snapshot } = made;
  Object.defineProperty(snapshot, "identities", { get: () => identities });
  return made;
}

const claims = (more: object = {}) => ({
  iss: ISSUER,
  aud: ISSUER,
  sub: WORKLOAD,
  client_id: "slvc_orders",
  iat: NOW_S,
  nbf: NOW_S,
  exp: NOW_S + 600,
  jti: "j",
  ...more,
});
const access = (more: object = {}, typ = "at+jwt", signing = keys.signing): Promise<string> =>
  mint(signing, typ, claims(more));
const ask = (headers: Record<string, string>, to = mesh): Promise<Response> =>
  to.send("https://any/svc/carts.shop/x", { headers });
const sourceOf = (to = mesh): string | null => to.sent.at(-1)?.headers.get("selvage-source") ?? null;

describe("a token of the mesh proves who calls", () => {
  it("in selvage-identity, which the service never sees", async () => {
    const answer = await ask({ "selvage-identity": await access(), authorization: "Bearer users-own" });
    expect([answer.status, sourceOf()]).toEqual([200, WORKLOAD]);
    const { headers } = mesh.sent[0]!;
    expect([headers.get("selvage-identity"), headers.get("authorization")]).toEqual([null, "Bearer users-own"]);
  });

  it("as a bearer token, which the service does not see either", async () => {
    const token = await access({ sub: APPLICATION, client_id: "slvc_till" });
    const answer = await ask({ authorization: `bearer ${token}` });
    expect([answer.status, sourceOf(), mesh.sent[0]!.headers.get("authorization")]).toEqual([200, APPLICATION, null]);
  });

  it("for a workload and an application in one request", async () => {
    const token = await access({ sub: APPLICATION, client_id: "slvc_till" });
    const answer = await ask({ authorization: `Bearer ${token}`, "selvage-identity": await access() });
    expect(answer.status).toBe(200);
    expect(mesh.traced).toContainEqual(["identify", { principals: [WORKLOAD, APPLICATION] }]);
    const assertion = readToken(mesh.sent[0]!.headers.get("selvage-assertion") ?? "");
    expect(assertion).toMatchObject({ claims: { sub: APPLICATION, act: { sub: WORKLOAD } } });
  });

  it("of a workload that exchanged a token of its cluster", async () => {
    expect((await ask({ "selvage-identity": await access({ client_id: "cluster:eu-1" }) })).status).toBe(200);
  });

  it("again and again until it expires, to the millisecond", async () => {
    const headers = { "selvage-identity": await access() };
    for (const [after, status] of [
      [0, 200],
      [604_999, 200],
      [605_000, 401],
    ] as const) {
      now = NOW + after;
      expect([after, (await ask(headers)).status]).toEqual([after, status]);
    }
  });

  it("with the next key as well as with the signing one", async () => {
    const both = await meshKeys("k8", "k9");
    const other = meshWith(() => both);
    const signed = await access({}, "at+jwt", both.signing);
    expect((await ask({ "selvage-identity": signed }, other)).status).toBe(200);
  });
});

describe("a bearer token of somebody else", () => {
  it.each(["opaque", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkIn0.", "slv_0123", ""])(
    "is left to those who know it: %j",
    async (token) => {
      const answer = await mesh.send("https://any/svc/orders.shop/x", {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([answer.status, sourceOf()]).toEqual([200, "anonymous"]);
      expect(mesh.sent[0]!.headers.get("authorization")).toBe(`Bearer ${token}`.trim());
    },
  );
});

describe("a token of the mesh is refused, on public services too,", () => {
  it.each<[string, object, string, string]>([
    ["of another kind: an assertion", {}, "selvage-assertion+jwt", "type"],
    ["of no kind in particular", {}, "JWT", "type"],
    ["for somebody else", { aud: "shop/orders" }, "at+jwt", "audience"],
    ["that has expired", { exp: NOW_S - 5 }, "at+jwt", "expired"],
    ["that is not yet good", { nbf: NOW_S + 6 }, "at+jwt", "not-yet-valid"],
    ["without an end", { exp: undefined }, "at+jwt", "claim-missing"],
    ["without a client", { client_id: undefined }, "at+jwt", "claim-missing"],
    [
      "of a service that does not exist",
      { sub: `${ISSUER}/ns/shop/sa/gone`, client_id: "cluster:eu-1" },
      "at+jwt",
      "unknown-party",
    ],
    ["of a client that does not exist", { client_id: "slvc_gone" }, "at+jwt", "unknown-party"],
    ["of a client named like a member of every object", { client_id: "constructor" }, "at+jwt", "unknown-party"],
    ["of another party's client", { client_id: "slvc_till" }, "at+jwt", "unknown-party"],
    ["of a cluster that is not trusted", { client_id: "cluster:us-1" }, "at+jwt", "unknown-party"],
    ["of an application by a cluster", { sub: APPLICATION, client_id: "cluster:eu-1" }, "at+jwt", "unknown-party"],
    ["of another trust domain", { sub: "spiffe://other/ns/shop/sa/orders" }, "at+jwt", "unknown-party"],
    ["of something else in the mesh", { sub: `${ISSUER}/ns/shop/pod/orders` }, "at+jwt", "unknown-party"],
  ])("%s", async (_title, more, typ, reason) => {
    const token = await access(more, typ);
    for (const headers of [{ "selvage-identity": token }, { authorization: `Bearer ${token}` }] as Record<
      string,
      string
    >[]) {
      const answer = await mesh.send("https://any/svc/orders.shop/x", { headers });
      const text = JSON.stringify(await problemOf(answer));
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
        401,
        'Bearer realm="selvage", error="invalid_token", error_description="The token is not accepted"',
      ]);
      expect(text).toContain('"code":"SLV2110"');
      expect(text).not.toContain(token.slice(-20));
    }
    expect(mesh.traced).toContainEqual(["identify", { refused: reason }]);
    expect(mesh.sent).toEqual([]);
  });

  it("signed by somebody else under the mesh's name", async () => {
    const stranger = await meshKeys("k1");
    expect((await ask({ "selvage-identity": await access({}, "at+jwt", stranger.signing) })).status).toBe(401);
  });

  it("as something that is no token, or is two", async () => {
    const token = await access();
    for (const identity of ["x", "a.b.c", `${token}, ${token}`, `Bearer ${token}`, "x".repeat(9000)]) {
      expect((await ask({ "selvage-identity": identity })).status).toBe(401);
    }
  });

  it("together with one of another workload", async () => {
    const other = await access({ sub: `${ISSUER}/ns/shop/sa/carts`, client_id: "cluster:eu-1" });
    expect((await ask({ "selvage-identity": await access(), authorization: `Bearer ${other}` })).status).toBe(401);
    expect(mesh.traced).toContainEqual(["identify", { refused: "two-parties" }]);
  });
});

describe("a token that was good ends", () => {
  it("with its key", async () => {
    let held = keys;
    const other = meshWith(() => held);
    const headers = { "selvage-identity": await access() };
    expect((await ask(headers, other)).status).toBe(200);
    held = { ...keys, accepted: new Map([...keys.accepted].filter(([kid]) => kid !== "k1")) };
    expect((await ask(headers, other)).status).toBe(401);
  });

  it("with the last secret of its client", async () => {
    const headers = { "selvage-identity": await access() };
    expect((await ask(headers)).status).toBe(200);
    identities = { ...identities, clients: {} };
    expect((await ask(headers)).status).toBe(401);
  });

  it("with the trust in its cluster", async () => {
    const headers = { "selvage-identity": await access({ client_id: "cluster:eu-1" }) };
    expect((await ask(headers)).status).toBe(200);
    identities = { ...identities, trust: [] };
    expect((await ask(headers)).status).toBe(401);
  });
});

it("answers 503 while the keys to check it cannot be had, and to nobody else", async () => {
  const other = meshWith(() => null);
  const answer = await ask({ "selvage-identity": await access() }, other);
  expect([answer.status, (await problemOf(answer)).code, answer.headers.get("retry-after")]).toEqual([
    503,
    "SLV2113",
    "2",
  ]);
  expect((await other.send("https://any/svc/orders.shop/x")).status).toBe(200);
});
