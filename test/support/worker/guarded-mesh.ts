// A mesh of one service behind an AuthenticationPolicy, with issuers of our own: for tests of who is let in.
import { signerOf, signJws, type Signer } from "../tokens/jws.ts";
import { NOW, serviceYaml, testMesh, type TestMesh, type TestMeshOptions } from "./test-mesh.ts";

export const ISSUER = "https://id.example.com/";
export const OTHER_ISSUER = "https://other.example.com/";
export const NOW_S = NOW / 1000;
export const CLAIMS = { iss: ISSUER, aud: "orders", sub: "u1", exp: NOW_S + 300, iat: NOW_S };

export interface Issuers {
  readonly es: Signer;
  readonly rs: Signer;
  /** Of the other issuer, which the policy trusts as well. */
  readonly other: Signer;
  /** Known to nobody. */
  readonly stranger: Signer;
  readonly sign: (claims: unknown, header?: Record<string, unknown>) => Promise<string>;
}

export async function newIssuers(): Promise<Issuers> {
  const [es, rs, other, stranger] = await Promise.all([
    signerOf("ES256", "es"),
    signerOf("RS256", "rs"),
    signerOf("ES256", "other"),
    signerOf("ES256", "es"),
  ]);
  return { es, rs, other, stranger, sign: (claims, header) => signJws(es, claims, header) };
}

/** Providers `idp` and `other` with the issuers' keys in the policy itself. */
export function inlineProviders({ es, rs, other }: Issuers, more = ""): string {
  return `[
    {name: idp, issuer: "${ISSUER}", audiences: [orders], jwks: {keys: ${JSON.stringify([es.jwk, rs.jwk])}}${more}},
    {name: other, issuer: "${OTHER_ISSUER}", audiences: [orders], jwks: {keys: ${JSON.stringify([other.jwk])}}}]`;
}

/** @param spec of the policy, as YAML flow members; its target is the service `shop/orders`, which is public */
export function guardedMesh(spec: string, options: TestMeshOptions = {}): TestMesh {
  return testMesh(serviceYaml("orders") + policyYaml(spec), options);
}

export function policyYaml(spec: string, name = "door", target = "{kind: Service, name: orders}"): string {
  return `
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [${target}], ${spec}}
---
`;
}

export const GUARDED_URL = "http://mesh.example/svc/orders.shop/things";

export function bearing(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}
