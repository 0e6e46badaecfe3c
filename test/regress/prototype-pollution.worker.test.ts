// Names that every object has, in every place where a stranger or a document gives a name: none is found, none writes
// anything.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api, applied, FIRST_LOAD_MS } from "../support/worker/admin.ts";
import {
  bearing,
  CLAIMS,
  GUARDED_URL,
  guardedMesh,
  inlineProviders,
  newIssuers,
  type Issuers,
} from "../support/worker/guarded-mesh.ts";
import { guarded, ORDERS, statusesOf } from "../support/worker/guarded.ts";
import { emptyRegistry } from "../support/worker/registry.ts";
import { routeYaml, serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];
const before = Object.getOwnPropertyNames(Object.prototype).sort();

afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe("a request", () => {
  it.each(NAMES)("finds no service, host, route or session called %s", async (name) => {
    const mesh = testMesh(
      serviceYaml("orders") + routeYaml("[{matches: [{path: {value: /a}}], backendRefs: [{name: orders}]}]"),
      {
        env: { MESH_DOMAIN: "mesh.example" },
      },
    );
    const lower = name.toLowerCase().replaceAll("_", "-");
    const urls = [
      `http://any.example/svc/${name}/x`,
      `http://any.example/svc/${name}.${name}/x`,
      `http://any.example/svc/orders.${name}/x`,
      `http://any.example/${name}`,
      `http://shop.example/${name}`,
      `http://shop.example/${name}/a`,
      `http://${lower.replace(/^-+|-+$/g, "")}.mesh.example/`,
      `http://constructor.constructor.mesh.example/`,
      `http://constructor/a`,
    ];
    for (const url of urls) {
      expect([url, (await mesh.send(url)).status]).toEqual([url, 404]);
    }
    expect(mesh.sent).toEqual([]);
  });

  it.each(NAMES)("has no header and no claim %s unless it sends one", async (name) => {
    for (const key of [`header:${name}`, `claim:${name}`, `claim:sub.${name}`]) {
      const mesh = guarded([`rules: [{when: [{key: "${key}", values: ["*"]}]}]`]);
      expect([key, ...(await statusesOf(mesh, `${ORDERS}/?${name}=1`))]).toEqual([key, 403]);
    }
    const sent = guarded([`rules: [{when: [{key: "header:${name}", values: [yes]}]}]`]);
    expect((await sent.send(`${ORDERS}/`, { headers: [[name, "yes"]] })).status).toBe(200);
  });

  it("reaches a service that is really called constructor, and its policies hold", async () => {
    const yaml = serviceYaml("constructor").replaceAll("namespace: shop", "namespace: constructor");
    const policy =
      "apiVersion: selvage.dev/v1\nkind: AuthorizationPolicy\nmetadata: {name: constructor, namespace: constructor}\nspec: {targetRefs: [{kind: Service, name: constructor}], rules: [{to: [{paths: [/a]}]}]}\n---\n";
    const mesh = testMesh(yaml + policy);
    const own = "http://any.example/svc/constructor.constructor";
    expect(await statusesOf(mesh, `${own}/a`, `${own}/b`)).toEqual([200, 403]);
  });
});

describe("a proof", () => {
  let kit: Issuers;
  beforeAll(async () => {
    kit = await newIssuers();
  });

  it.each(NAMES)("of a key called %s is refused, and so is a client of that name", async (name) => {
    const mesh = guardedMesh(
      `jwt: {providers: ${inlineProviders(kit)}}, clientCredentials: {required: false, from: [basic, {headers: {id: client_id, secret: client_secret}}]}`,
    );
    expect((await mesh.send(GUARDED_URL, bearing(await kit.sign(CLAIMS)))).status).toBe(200);
    const sent: readonly RequestInit[] = [
      bearing(await kit.sign(CLAIMS, { kid: name })),
      bearing(await kit.sign({ ...CLAIMS, iss: name })),
      bearing(await kit.sign(CLAIMS, { alg: name })),
      { headers: { authorization: `Basic ${btoa(`${name}:${name}`)}` } },
      { headers: { client_id: name, client_secret: name } },
    ];
    for (const [nth, init] of sent.entries()) {
      expect([nth, (await mesh.send(GUARDED_URL, init)).status >= 400]).toEqual([nth, true]);
    }
    expect(mesh.sent).toHaveLength(1);
  });

  it("may have claims of such names, which are claims and nothing else", async () => {
    const mesh = guardedMesh(`jwt: {providers: ${inlineProviders(kit)}}`);
    const claims = JSON.stringify(CLAIMS).replace(
      /\}$/,
      ',"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect([200, 401]).toContain((await mesh.send(GUARDED_URL, bearing(await kit.sign(claims)))).status);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("a document", () => {
  beforeAll(async () => {
    await emptyRegistry();
    await applied(
      "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: prototype, namespace: constructor, labels: {constructor: a}}\nspec: {exposure: public}\n",
    );
  }, FIRST_LOAD_MS);

  it.each(NAMES)("with members called %s is refused, or holds them as data", async (name) => {
    const bodies = [
      `{"apiVersion":"selvage.dev/v1","kind":"Service","metadata":{"name":"a"},"spec":{"${name}":{"polluted":true}}}`,
      `{"apiVersion":"selvage.dev/v1","kind":"Service","metadata":{"name":"a","${name}":{"polluted":true}},"spec":{}}`,
      `{"${name}":{"polluted":true},"apiVersion":"selvage.dev/v1","kind":"Service","metadata":{"name":"a"},"spec":{}}`,
      `{"apiVersion":"selvage.dev/v1","kind":"${name}","metadata":{"name":"a"},"spec":{}}`,
      `{"apiVersion":"selvage.dev/v1","kind":"Service","metadata":{"name":"${name}"},"spec":{"exposure":"nowhere"}}`,
    ];
    for (const body of bodies) {
      const { status } = await api("POST", "/apply?dryRun=true", { body, type: "application/json" });
      expect([body, status]).toEqual([body, 422]);
      expect((await api("POST", "/apply?dryRun=true", { body })).status).toBe(422);
    }
    const labelled = `{"apiVersion":"selvage.dev/v1","kind":"Service","metadata":{"name":"a","labels":{"${name}":"b"}},"spec":{}}`;
    expect([200, 422]).toContain(
      (await api("POST", "/apply?dryRun=true", { body: labelled, type: "application/json" })).status,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(NAMES)("called %s is not there, and no parameter of that name is", async (name) => {
    for (const path of [
      `/namespaces/${name}/service/${name}`,
      `/namespaces/constructor/${name}/a`,
      `/catalog/${name}/${name}/openapi.json`,
    ]) {
      const { status } = await api("GET", path);
      expect([path, [400, 404].includes(status)]).toEqual([path, true]);
    }
    expect((await api("GET", `/resources?${name}=1`)).status).toBe(400);
    expect((await api("GET", `/resources?labelSelector=${name}%3Dx`)).status).toBeLessThan(500);
  });
});
