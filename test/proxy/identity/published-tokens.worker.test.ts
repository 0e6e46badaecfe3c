import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { verifyToken } from "../../../src/tokens/verify-token.ts";
import { algorithms } from "../../../src/tokens/algorithms.ts";
import { decodeBase64url } from "../../../src/tokens/base64url.ts";
import { keySetOf, keySetOfSecret } from "../../../src/tokens/key-set.ts";
import { bearing, GUARDED_URL, guardedMesh } from "../../support/worker/guarded-mesh.ts";

const published = Object.entries(env.PUBLISHED_VECTORS);
const files = (folder: string): { path: string; text: string }[] =>
  published.filter(([path]) => path.startsWith(folder)).map(([path, text]) => ({ path, text }));
const ABSENT = "the folder ../shared/conformance is not there";
const NOW = 1_795_392_000_000;

interface Sample {
  readonly name: string;
  readonly jwks: string;
  readonly provider: { readonly issuer: string; readonly audiences: readonly string[] | null };
  readonly expect: string;
  readonly token: string;
}

it("lets in and refuses the samples of Envoy and Istio as they say", async (context) => {
  const [samples] = files("jwt-samples/");
  if (samples === undefined) {
    return context.skip(ABSENT);
  }
  const { jwks, cases }: { jwks: Record<string, object>; cases: Sample[] } = JSON.parse(samples.text);
  for (const { name, provider, token, expect: expected, jwks: set } of cases) {
    const { issuer, audiences } = provider;
    const spec = { name: "idp", issuer, audiences: audiences ?? [], jwks: jwks[set], requiredClaims: [] };
    const mesh = guardedMesh(`jwt: {providers: [${JSON.stringify(spec)}]}`, { ports: { now: () => NOW } });
    const { status } = await mesh.send(GUARDED_URL, bearing(token));
    expect([name, status]).toEqual([name, expected === "accept" ? 200 : 401]);
  }
  expect(cases.length).toBe(9);
});

interface Cookbook {
  readonly input: { readonly alg: string; readonly key: Record<string, unknown> };
  readonly output: { readonly compact?: string; readonly json?: unknown; readonly json_flat?: unknown };
}

describe("the JOSE cookbook (RFC 7520)", () => {
  it("has its signatures verified by the keys as they are published", async (context) => {
    const all = [...files("jose-cookbook/jws/"), ...files("jose-cookbook/curve25519/jws")];
    if (all.length === 0) {
      return context.skip(ABSENT);
    }
    const verified: string[] = [];
    for (const { path, text } of all) {
      const { input, output }: Cookbook = JSON.parse(text);
      // Detached and JSON forms are not for this verifier: they are refused below.
      if (output.compact === undefined || output.compact.includes("..")) {
        continue;
      }
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, k, ...open } = input.key;
      const secret = typeof k === "string" ? decodeBase64url(k) : null;
      const keys = secret === null ? (await keySetOf({ keys: [open] })).keys : keySetOfSecret(secret);
      const kid = typeof input.key["kid"] === "string" ? input.key["kid"] : null;
      // The payloads are prose, not claims: beside claims that are as they should be, the signature is what is judged.
      const read = {
        ok: true as const,
        header: { alg: input.alg, kid, typ: null },
        claims: { iss: "x" },
        text: output.compact,
      };
      const terms = { issuer: "x", audiences: [], algorithms: [input.alg], clockSkewMs: 0, requiredClaims: [] };
      expect([path, (await verifyToken(read, keys, terms, NOW)).ok]).toEqual([path, true]);
      expect(algorithms.has(input.alg)).toBe(true);
      verified.push(input.alg);
    }
    expect(verified.toSorted()).toEqual(["ES512", "EdDSA", "HS256", "PS384", "RS256"]);
  });

  it("has whatever is no token refused: encrypted, nested, detached, unencoded, JSON, and prose", async (context) => {
    const all = files("jose-cookbook/");
    if (all.length === 0) {
      return context.skip(ABSENT);
    }
    const { key }: Cookbook["input"] = JSON.parse(
      env.PUBLISHED_VECTORS["jose-cookbook/jws/4_1.rsa_v15_signature.json"] ?? "",
    ).input;
    const jwks = { keys: [{ kty: key["kty"], n: key["n"], e: key["e"], kid: key["kid"] }] };
    const spec = {
      name: "idp",
      issuer: "hobbiton.example",
      jwks,
      algorithms: ["RS256", "PS256", "PS384", "ES512", "EdDSA"],
    };
    const mesh = guardedMesh(`mode: permit, jwt: {providers: [${JSON.stringify(spec)}]}`, {
      ports: { now: () => NOW },
    });
    let refused = 0;
    for (const { path, text } of all) {
      for (const token of tokensIn(JSON.parse(text))) {
        const { status } = await mesh.send(GUARDED_URL, bearing(token));
        expect([path, status]).toEqual([path, 401]);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(40);
    expect(mesh.sent).toEqual([]);
  });
});

/** Every compact form in a file, and every JSON form as text: as somebody might put it into a header. */
function tokensIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (name === "compact" && typeof inner === "string") {
      return [inner];
    }
    if (name === "json" || name === "json_flat") {
      return [encodeURI(JSON.stringify(inner))];
    }
    return tokensIn(inner);
  });
}
