// Tokens and signatures that others published: Envoy's and Istio's samples, the JOSE cookbook (RFC 7520). Where the
// folder ../shared/conformance is absent there is nothing to check.
import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { algorithms } from "../../src/tokens/algorithms.ts";
import { keySetOf } from "../../src/tokens/key-set.ts";
import { readToken } from "../../src/tokens/read-token.ts";
import { verifyToken } from "../../src/tokens/verify-token.ts";

const NOW = 1_795_392_000_000;
const folder = ["../../../shared/conformance/", "../../../../shared/conformance/"]
  .map((path) => new URL(path, import.meta.url).pathname)
  .find((path) => existsSync(path));
const readJson = <T>(path: string, otherwise: T): T =>
  folder === undefined ? otherwise : (JSON.parse(readFileSync(folder + path, "utf8")) as T);

interface Samples {
  readonly jwks: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly name: string;
    readonly jwks: string;
    readonly provider: { readonly issuer: string; readonly audiences: readonly string[] | null };
    readonly expect: string;
    readonly token: string;
  }[];
}

it("accepts and refuses the samples of Envoy and Istio as they say", async () => {
  const samples = readJson<Samples>("jwt-samples/cases.json", { jwks: {}, cases: [] });
  for (const { name, jwks, provider, token, expect: expected } of samples.cases) {
    const { keys } = await keySetOf(samples.jwks[jwks]);
    const { issuer, audiences } = provider;
    const terms = { issuer, audiences: audiences ?? [], algorithms: ["RS256", "ES256"], requiredClaims: [] };
    const read = readToken(token);
    const verified = read.ok ? await verifyToken(read, keys, { ...terms, clockSkewMs: 0 }, NOW) : read;
    expect([name, verified.ok]).toEqual([name, expected === "accept"]);
  }
});

interface CookbookCase {
  readonly title: string;
  readonly input: { readonly key: Record<string, unknown>; readonly alg: string; readonly payload: string };
  readonly output: { readonly compact?: string };
}

it("reads the keys and signatures of the JOSE cookbook, whose payload is a text and thus no token", async () => {
  const names = folder === undefined ? [] : globSync("{jws,curve25519}/*.json", { cwd: `${folder}jose-cookbook` });
  let checked = 0;
  for (const name of names) {
    const { input, output } = readJson<CookbookCase>(`jose-cookbook/${name}`, {
      title: "",
      input: { key: {}, alg: "", payload: "" },
      output: {},
    });
    if (output.compact === undefined || !algorithms.has(input.alg) || input.key.kty === "oct") {
      continue;
    }
    expect([name, readToken(output.compact)]).toEqual([name, { ok: false, reason: "malformed" }]);
    const { kty, crv, x, y, n, e, kid } = input.key;
    const { keys } = await keySetOf({ keys: [{ kty, crv, x, y, n, e, kid }] });
    const header = { alg: input.alg, kid: typeof kid === "string" ? kid : null, typ: null };
    const token = { ok: true as const, header, claims: { iss: "x" }, text: output.compact };
    const terms = { issuer: "x", audiences: [], algorithms: [input.alg], clockSkewMs: 0, requiredClaims: [] };
    expect([name, (await verifyToken(token, keys, terms, NOW)).ok]).toEqual([name, true]);
    checked++;
  }
  expect(checked).toBe(folder === undefined ? 0 : 4);
});
