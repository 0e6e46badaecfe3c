// Advisories of Envoy and Istio about tokens: one test an id. The long list of attacks is
// test/proxy/identity/jwt-attacks.worker.test.ts.
import { beforeAll, expect, it } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { parseDocuments } from "../../src/model/read/parse-documents.ts";
import { signJws } from "../support/tokens/jws.ts";
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
import { serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

let kit: Issuers;
beforeAll(async () => {
  kit = await newIssuers();
});
const meshBehind = () => guardedMesh(`jwt: {providers: ${inlineProviders(kit)}}`);

it("CVE-2021-21378: a token of an issuer that nobody named is refused, and so is one issuer's name with another's key", async () => {
  const mesh = meshBehind();
  expect((await mesh.send(GUARDED_URL, bearing(await kit.sign(CLAIMS)))).status).toBe(200);
  for (const token of [
    await kit.sign({ ...CLAIMS, iss: "https://nobody.example.com/" }),
    await kit.sign({ ...CLAIMS, iss: OTHER_ISSUER }),
    await signJws(kit.other, CLAIMS),
    await signJws(kit.stranger, CLAIMS),
    await kit.sign({ ...CLAIMS, iss: undefined }),
  ]) {
    expect((await mesh.send(GUARDED_URL, bearing(token))).status).toBe(401);
  }
  expect(mesh.sent).toHaveLength(1);
});

it("CVE-2023-35941: no change of a token's bytes leaves it good", async () => {
  const mesh = meshBehind();
  const token = await kit.sign(CLAIMS);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let at = 0; at < token.length; at += 3) {
    const char = token[at] ?? "";
    if (char === ".") {
      continue;
    }
    const other = alphabet[(alphabet.indexOf(char) + 17) % 64] ?? "A";
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    expect([at, (await mesh.send(GUARDED_URL, bearing(changed))).status]).toEqual([at, 401]);
  }
  expect(mesh.sent).toEqual([]);
});

it("CVE-2026-31837: keys that cannot be had are no keys: nothing is accepted in their place", async () => {
  const uri = "https://id.example.com/jwks.json";
  const mesh = guardedMesh(
    `jwt: {providers: [{name: idp, issuer: "${CLAIMS.iss}", audiences: [orders], jwksUri: "${uri}"}]}`,
  );
  for (const signer of [kit.es, kit.rs, kit.stranger]) {
    expect((await mesh.send(GUARDED_URL, bearing(await signJws(signer, CLAIMS)))).status).toBeGreaterThanOrEqual(400);
  }
  expect(mesh.sent).toEqual([]);
});

it("CVE-2026-41413: a key set's address inside is refused before anybody asks it", () => {
  for (const uri of [
    "http://169.254.169.254/latest",
    "https://127.0.0.1/jwks",
    "https://[::ffff:7f00:1]/",
    "https://keys.corp/",
  ]) {
    const spec = `jwt: {providers: [{name: idp, issuer: "https://id.example.com/", jwksUri: "${uri}"}]}`;
    const parsed = parseDocuments(serviceYaml("orders", "[]") + policyYaml(spec), "yaml");
    if (!parsed.ok) {
      throw new Error(parsed.refusal.detail);
    }
    const documents = parsed.documents.map(({ document }) => document);
    const { findings } = compile(documents, { revision: 1, now: "2026-01-01T00:00:00Z", localMesh: false });
    expect([uri, findings.filter(({ severity }) => severity === "error").map(({ code }) => code)]).toEqual([
      uri,
      ["SLV1240"],
    ]);
  }
});

it("ISTIO-SECURITY-2020-001 (CVE-2020-8595): a path that needs a token needs it in every spelling", async () => {
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: route, namespace: shop}
spec:
  hostnames: [shop.example]
  rules:
    - {name: open, matches: [{path: {type: Exact, value: /health}}], backendRefs: [{name: orders}]}
    - {name: closed, backendRefs: [{name: orders}]}
---
`;
  const guard = policyYaml(
    `jwt: {providers: ${inlineProviders(kit)}}`,
    "door",
    "{kind: HTTPRoute, name: route, sectionName: closed}",
  );
  const mesh = testMesh(serviceYaml("orders") + route + guard);
  const statuses: [string, number][] = [];
  for (const path of [
    "/health",
    "/health?x",
    "/health#x",
    "/health;v=1",
    "/private",
    "/private?/health",
    "/private#/health",
    "/private;/health",
    "/health/x",
    "/health%2F..%2Fprivate",
  ]) {
    statuses.push([path, (await mesh.send(`http://shop.example${path}`)).status]);
  }
  expect(Object.fromEntries(statuses)).toEqual({
    "/health": 200,
    "/health?x": 200,
    "/health#x": 200,
    "/health;v=1": 200,
    "/private": 401,
    "/private?/health": 401,
    "/private#/health": 401,
    "/private;/health": 401,
    "/health/x": 401,
    "/health%2F..%2Fprivate": 400,
  });
});
