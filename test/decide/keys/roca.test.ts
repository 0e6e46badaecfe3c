import { expect, it } from "vitest";
import { judgeJwk } from "../../../src/decide/keys/jwk-fault.ts";
import { hasRocaFingerprint } from "../../../src/decide/keys/roca.ts";

const primes = (most: number): bigint[] => {
  const found: number[] = [];
  for (let one = 2; found.length < most; one++) {
    if (found.every((prime) => one % prime !== 0)) {
      found.push(one);
    }
  }
  return found.map(BigInt);
};
const base64url = (value: bigint): string =>
  Buffer.from(value.toString(16).padStart(512, "0"), "hex").toString("base64url");

/** As the paper's §2: N ≡ 65537^c (mod M), M the product of the first 71 primes for keys of 2048 bits. */
function rocaModulus(power: number): bigint {
  const product = primes(71).reduce((left, right) => left * right);
  let residue = 1n;
  for (let step = 0; step < power; step++) {
    residue = (residue * 65_537n) % product;
  }
  const around = 1n << 2047n;
  return around - (around % product) + product + residue;
}

it.each([1, 7, 1000])("a modulus of the broken library is refused in a key set (65537^%i)", (power) => {
  const modulus = rocaModulus(power);
  expect(hasRocaFingerprint(modulus)).toBe(true);
  expect(judgeJwk({ kty: "RSA", n: base64url(modulus), e: "AQAB" })).toBe(
    "was made by a library whose keys are found from their public part (ROCA, CVE-2017-15361)",
  );
});

it("keys of other libraries do not have the fingerprint", async () => {
  for (let nth = 0; nth < 5; nth++) {
    const algorithm = {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    };
    const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
    expect(judgeJwk({ kty: "RSA", n: jwk.n, e: jwk.e })).toContain("RS256");
  }
  expect(hasRocaFingerprint(rocaModulus(3) + 2n)).toBe(false);
});
