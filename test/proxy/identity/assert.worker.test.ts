// What services are told about who calls, signed: in forwarded requests, mirrors and questions to authorization
// services.
import { beforeAll, describe, expect, it } from "vitest";
import { ANONYMOUS } from "../../../src/decide/identity/caller.ts";
import { chainOf } from "../../../src/decide/identity/mesh-names.ts";
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";
import { bindingOf } from "../../../src/tokens/assertion.ts";
import { keySetOfKeys } from "../../../src/tokens/key-set.ts";
import { readToken } from "../../../src/tokens/read-token.ts";
import { verifyToken } from "../../../src/tokens/verify-token.ts";
import { meshKeys } from "../../support/worker/mesh-keys.ts";
import {
  NOW,
  routeYaml,
  serviceYaml,
  testMesh,
  type Sent,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

let keys: MeshKeys;
let now = NOW;
let ids = 0;
beforeAll(async () => {
  keys = await meshKeys("k1", "k2");
});

const ports = (held: () => MeshKeys | null = () => keys): NonNullable<TestMeshOptions["ports"]> => ({
  keys: held,
  now: () => now,
  newId: () => `id-${ids++}`,
});

const textOf = (sent: Sent | undefined): string => sent?.headers.get("selvage-assertion") ?? "none";

/** The claims of an assertion that holds for the audience. */
async function claimsOf(sent: Sent | undefined, audience: string): Promise<Readonly<Record<string, unknown>>> {
  const token = readToken(textOf(sent));
  if (!token.ok) {
    throw new Error(token.reason);
  }
  const terms = { issuer: "spiffe://mesh.local", audiences: [audience], algorithms: ["ES256"], clockSkewMs: 0 };
  const required = { requiredClaims: ["exp", "iat", "sub"], types: ["selvage-assertion+jwt"] };
  const verified = await verifyToken(token, keySetOfKeys(keys.accepted, "ES256"), { ...terms, ...required }, now);
  if (!verified.ok) {
    throw new Error(verified.reason);
  }
  return verified.claims;
}

describe("an assertion", () => {
  it("says that the request came through the mesh, from whom, and to which service", async () => {
    const mesh = testMesh(serviceYaml("orders"), { ports: ports() });
    await mesh.send("https://any/svc/orders.shop/items");
    expect(await claimsOf(mesh.sent[0], "shop/orders")).toEqual({
      iss: "spiffe://mesh.local",
      aud: ["spiffe://mesh.local/ns/shop/sa/orders", "shop/orders"],
      sub: "anonymous",
      iat: NOW / 1000,
      exp: NOW / 1000 + 60,
    });
  });

  it("names the issuer that the mesh is told to have", async () => {
    const mesh = testMesh(serviceYaml("orders"), { ports: ports(), env: { MESH_ISSUER: "https://mesh.example.com" } });
    await mesh.send("https://any/svc/orders.shop/items");
    await expect(claimsOf(mesh.sent[0], "shop/orders")).rejects.toThrow("issuer");
  });

  it("is signed once for a caller and a service, and used for half a minute", async () => {
    const mesh = testMesh(serviceYaml("orders") + serviceYaml("carts"), { ports: ports() });
    now = NOW;
    for (const after of [0, 29_999, 30_000]) {
      now = NOW + after;
      await mesh.send("https://any/svc/orders.shop/items");
      await mesh.send("https://any/svc/carts.shop/items");
    }
    now = NOW;
    const [o1, c1, o2, c2, o3, c3] = mesh.sent.map(textOf);
    expect([o1 === o2, c1 === c2, o1 === c1, o2 === o3, c2 === c3]).toEqual([true, true, false, false, false]);
  });

  it("is signed anew as soon as another key signs", async () => {
    let held = keys;
    const mesh = testMesh(serviceYaml("orders"), { ports: ports(() => held) });
    await mesh.send("https://any/svc/orders.shop/items");
    held = { ...keys, signing: { ...keys.signing, kid: "k9" } };
    await mesh.send("https://any/svc/orders.shop/items");
    const kids = mesh.sent.map((one) => {
      const token = readToken(textOf(one));
      return token.ok ? token.header.kid : token.reason;
    });
    expect(kids).toEqual(["k1", "k9"]);
  });

  it("cannot be brought along by a caller", async () => {
    const mesh = testMesh(serviceYaml("orders"), { ports: ports(() => null) });
    await mesh.send("https://any/svc/orders.shop/items", {
      headers: { "selvage-assertion": "mine", selvage_assertion: "x" },
    });
    expect([...(mesh.sent[0]?.headers.keys() ?? [])].filter((name) => name.includes("assertion"))).toEqual([]);
  });

  it("is left out where the mesh's keys cannot be had, and the request goes on", async () => {
    const mesh = testMesh(serviceYaml("orders"), { ports: ports(() => null) });
    const answer = await mesh.send("https://any/svc/orders.shop/items");
    expect([answer.status, textOf(mesh.sent[0])]).toEqual([200, "none"]);
    expect(mesh.traced).toContainEqual(["assert", { missing: "keys" }]);
  });

  it.each([true, false])("asks for keys that are on their way once, traced or not (%s)", async (isTraced) => {
    let asked = 0;
    const fetched = (): Promise<MeshKeys> => {
      asked += 1;
      return Promise.resolve(keys);
    };
    const mesh = testMesh(serviceYaml("orders"), {
      ports: { ...ports(), keys: fetched },
      ...(isTraced ? {} : { traced: false }),
    });
    await mesh.send("https://any/svc/orders.shop/items");
    expect(await claimsOf(mesh.sent[0], "shop/orders")).toMatchObject({ sub: "anonymous" });
    expect(asked).toBe(1);
  });

  it("is another one for each service that a request reaches: its own, the mirror's, the authorization service's", async () => {
    const filters = `[{type: RequestMirror, requestMirror: {backendRef: {name: carts, port: 80}}},
      {type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: gate, port: 80}, http: {}}}]`;
    const rules = `[{backendRefs: [{name: orders, port: 80}], filters: ${filters}}]`;
    const yaml = serviceYaml("orders") + serviceYaml("carts") + serviceYaml("gate") + routeYaml(rules);
    const mesh = testMesh(yaml, { ports: ports() });
    await mesh.send("https://shop.example/items");
    await mesh.settle();
    const reached = mesh.sent.map(({ url }) => new URL(url).hostname.split(".")[0] ?? "");
    expect([...reached].sort()).toEqual(["carts", "gate", "orders"]);
    for (const [nth, name] of reached.entries()) {
      expect((await claimsOf(mesh.sent[nth], `shop/${name}`)).sub).toBe("anonymous");
    }
  });
});

describe("an assertion for one request", () => {
  const yaml = serviceYaml("orders", '[{url: "http://orders.example/base/"}]', ", assertion: request");

  it("is bound to its method, path and query as the service gets them, and signed each time", async () => {
    const mesh = testMesh(yaml, { ports: ports() });
    await mesh.send("https://any/svc/orders.shop/items?page=2");
    await mesh.send("https://any/svc/orders.shop/items?page=2");
    await mesh.send("https://any/svc/orders.shop/items?page=3", { method: "POST", body: "x" });
    const [first, second, third] = await Promise.all(mesh.sent.map((sent) => claimsOf(sent, "shop/orders")));
    expect(first).toMatchObject({ ...(await bindingOf("GET", "/base/items?page=2")) });
    expect(second?.jti).not.toBe(first?.jti);
    expect(third).toMatchObject({ ...(await bindingOf("POST", "http://whatever/base/items?page=3")) });
    expect(third?.htp).not.toBe(first?.htp);
  });
});

describe("who is said to call", () => {
  const party = (kind: string, name: string) => ({
    principal: `spiffe://m/ns/a/${kind}/${name}`,
    namespace: "a",
    name,
  });
  const user = { provider: "idp", issuer: "https://id", subject: "u1" };
  const [workload, application] = [party("sa", "w"), party("app", "p")];
  it.each([
    ["nobody", {}, { sub: "anonymous" }],
    ["a workload", { workload }, { sub: workload.principal }],
    ["an application", { application }, { sub: application.principal }],
    ["a user", { user }, { sub: "https://id/u1" }],
    ["a user without a name", { user: { ...user, subject: null } }, { sub: "anonymous" }],
    ["a workload for a user", { user, workload }, { sub: "https://id/u1", act: { sub: workload.principal } }],
    [
      "a workload for an application",
      { application, workload },
      { sub: application.principal, act: { sub: workload.principal } },
    ],
    [
      "a workload for an application for a user",
      { user, application, workload },
      { sub: "https://id/u1", act: { sub: workload.principal, act: { sub: application.principal } } },
    ],
  ])("%s", (_title, proven, chain) => {
    expect(chainOf({ ...ANONYMOUS, ...proven })).toEqual(chain);
  });
});
