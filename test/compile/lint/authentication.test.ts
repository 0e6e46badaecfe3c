import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judgeJwk } from "../../../src/decide/keys/jwk-fault.ts";
import { compiled, service, told } from "../../support/compiled.ts";

const jwkOf = (type: "P-256" | "P-384" | "P-521"): Record<string, unknown> => ({
  ...generateKeyPairSync("ec", { namedCurve: type }).publicKey.export({ format: "jwk" }),
});
const rsa = (modulusLength: number): Record<string, unknown> => ({
  ...generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ format: "jwk" }),
});
const ed25519 = (): Record<string, unknown> => ({
  ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }),
});

const policy = (provider: string): string => `${service("orders")}
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: door, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], jwt: {providers: [${provider}]}}
`;
const findings = (provider: string, localMesh = false): string[] =>
  told(compiled(policy(provider), { localMesh }).findings);
const withKey = (jwk: object, more = ""): string =>
  `{name: a, issuer: "https://a.example.com", audiences: [a], jwks: {keys: [${JSON.stringify(jwk)}]}${more}}`;
const AT = "AuthenticationPolicy/shop/door /spec/jwt/providers/0";

describe("a key in a policy", () => {
  it("that is good is taken", () => {
    for (const key of [jwkOf("P-256"), rsa(2048)]) {
      expect(findings(withKey(key))).toEqual([]);
    }
    expect(judgeJwk(jwkOf("P-384"))).toEqual(["ES384"]);
    expect(judgeJwk(jwkOf("P-521"))).toEqual(["ES512"]);
    expect(judgeJwk(ed25519())).toEqual(["EdDSA", "Ed25519"]);
  });

  it("that proves nothing is refused", () => {
    const ec = jwkOf("P-256");
    const big = rsa(2048);
    const weak = [
      rsa(1024),
      { ...big, e: "AQ" },
      { ...big, e: "Ag" },
      { kty: "RSA" },
      { ...ec, x: ec["y"], y: ec["x"] },
      { ...ec, y: String(ec["y"]).slice(0, -4) },
      { ...ec, crv: "P-384" },
      { ...ec, crv: "secp256k1" },
      { ...ec, use: "enc" },
      { ...ec, key_ops: ["encrypt"] },
      { ...ec, alg: "RS256" },
      { kty: "OKP", crv: "X25519", x: "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08" },
      { kty: "OKP", crv: "Ed25519", x: "AA" },
    ];
    for (const key of weak) {
      expect([key, findings(withKey(key))]).toEqual([key, [`SLV1241 ${AT}/jwks/keys/0`]]);
    }
  });

  it("must fit one of the algorithms", () => {
    expect(findings(withKey(jwkOf("P-256"), ", algorithms: [RS256]"))).toEqual([`SLV1241 ${AT}/algorithms`]);
  });
});

it("a key of a Cluster's issuer is held to the same", () => {
  const cluster = (key: object): string => `
apiVersion: selvage.dev/v1
kind: Cluster
metadata: {name: eu-1}
spec: {trust: {issuer: "https://k8s.example", jwks: {keys: [${JSON.stringify(key)}]}}}
`;
  expect(told(compiled(cluster(rsa(2048))).findings)).toEqual([]);
  expect(told(compiled(cluster(rsa(1024))).findings)).toEqual(["SLV1241 Cluster/default/eu-1 /spec/trust/jwks/keys/0"]);
});

it("a key set is fetched from public addresses only, unless the mesh is local or says otherwise", () => {
  const at = (url: string): string => `{name: a, issuer: "https://a.example.com", audiences: [a], jwksUri: "${url}"}`;
  expect(findings(at("https://id.example.com/jwks"))).toEqual([]);
  for (const url of ["http://id.example.com/jwks", "https://127.1/", "https://169.254.169.254/", "https://10.0.0.1/"]) {
    expect([url, findings(at(url))]).toEqual([url, [`SLV1240 ${AT}/jwksUri`]]);
  }
  expect(findings(at("http://127.0.0.1:9000/jwks"), true)).toEqual([]);
  expect(findings(at("http://169.254.169.254/"), true)).toEqual([`SLV1240 ${AT}/jwksUri`]);
  const { snapshot } = compiled(policy(at("http://127.0.0.1:9000/jwks")), { localMesh: true });
  expect(snapshot.policies.authentication?.[0]?.jwt[0]?.keys).toEqual({
    jwksUri: "http://127.0.0.1:9000/jwks",
    allowPrivate: true,
  });
});

it("a claim may not fill a header of the connection or of the mesh", () => {
  for (const header of ["selvage-identity", "Host", "Content-Length", "connection", "proxy-authorization"]) {
    const more = `, claimToHeaders: [{claim: sub, header: ${header}}]`;
    expect(findings(withKey(jwkOf("P-256"), more))).toEqual([`SLV1242 ${AT}/claimToHeaders/0/header`]);
  }
});

it("two providers of one issuer, and tokens that never expire, are warned of", () => {
  const key = jwkOf("P-256");
  const two = `${withKey(key)}, ${withKey(key).replace("name: a", "name: b")}`;
  expect(findings(two)).toEqual(["SLV1330 AuthenticationPolicy/shop/door /spec/jwt/providers/1/issuer"]);
  expect(findings(withKey(key, ", requiredClaims: [sub]"))).toEqual([`SLV1331 ${AT}/requiredClaims`]);
});

it("a secret that the Worker does not have is warned of, where that can be known", () => {
  const provider =
    '{name: a, issuer: "https://a.example.com", audiences: [a], algorithms: [HS256], secretRef: {name: IDP}}';
  const warnings = (hasSecret?: (name: string) => boolean): string[] =>
    told(compiled(policy(provider), hasSecret === undefined ? {} : { hasSecret }).findings);
  expect(warnings()).toEqual([]);
  expect(warnings((name) => name === "IDP")).toEqual([]);
  expect(warnings(() => false)).toEqual([`SLV1332 ${AT}/secretRef`]);
});
