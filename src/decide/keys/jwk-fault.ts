// What is wrong with a public key that somebody writes into a document, before anything is ever verified with it: too
// short, off its curve, or for something else. What this lets pass the runtime may still refuse; what it names is never
// usable.
import { hasRocaFingerprint } from "./roca.ts";

type Jwk = Readonly<Record<string, unknown>>;

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

interface Curve {
  readonly alg: string;
  readonly bytes: number;
  readonly p: bigint;
  readonly b: bigint;
}

/** NIST SP 800-186 §3.2.1; for all three a = -3. */
const CURVES: ReadonlyMap<unknown, Curve> = new Map([
  [
    "P-256",
    {
      alg: "ES256",
      bytes: 32,
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    "P-384",
    {
      alg: "ES384",
      bytes: 48,
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    "P-521",
    {
      alg: "ES512",
      bytes: 66,
      p: 2n ** 521n - 1n,
      b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
]);

/** @returns the algorithms that the key is for, or what is wrong with it, in words that complete "the key …" */
export function judgeJwk(jwk: Jwk): readonly string[] | string {
  const { use, key_ops: operations, alg } = jwk;
  if (use !== undefined && use !== "sig") {
    return `is not for signatures (use: ${JSON.stringify(use)})`;
  }
  if (Array.isArray(operations) && !operations.includes("verify")) {
    return "is not for checking signatures (key_ops)";
  }
  const fitting = algorithmsOf(jwk);
  if (typeof fitting === "string" || alg === undefined) {
    return fitting;
  }
  return fitting.filter((one) => one === alg).length > 0
    ? [String(alg)]
    : `does not fit its alg ${JSON.stringify(alg)}`;
}

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

function algorithmsOf(jwk: Jwk): readonly string[] | string {
  switch (jwk["kty"]) {
    case "RSA":
      return rsaFault(jwk) ?? RSA;
    case "EC": {
      const curve = CURVES.get(jwk["crv"]);
      if (curve === undefined) {
        return "is on a curve that no algorithm uses (P-256, P-384 and P-521 are)";
      }
      return isOn(curve, jwk) ? [curve.alg] : `is not a point of ${String(jwk["crv"])}`;
    }
    default:
      if (jwk["crv"] !== "Ed25519") {
        return "is on a curve that no algorithm uses (Ed25519 is)";
      }
      return bytesOf(jwk["x"])?.length === 32 ? ["EdDSA", "Ed25519"] : "is not an Ed25519 key";
  }
}

function rsaFault({ n, e }: Jwk): string | null {
  const modulus = numberOf(n);
  const exponent = numberOf(e);
  if (modulus === null || exponent === null) {
    return "has no modulus and exponent that can be read";
  }
  const bits = modulus.toString(2).length;
  if (bits < MIN_RSA_BITS) {
    return `has ${bits} bits: an RSA key needs ${MIN_RSA_BITS}`;
  }
  if (bits > MAX_RSA_BITS) {
    return `has ${bits} bits, and costs too much to use: ${MAX_RSA_BITS} at most`;
  }
  if (hasRocaFingerprint(modulus)) {
    return "was made by a library whose keys are found from their public part (ROCA, CVE-2017-15361)";
  }
  return exponent > 2n && exponent % 2n === 1n && exponent < 2n ** 64n
    ? null
    : "has a public exponent that proves nothing";
}

/** y² = x³ - 3x + b (mod p) */
function isOn({ bytes, p, b }: Curve, { x, y }: Jwk): boolean {
  const [left, right] = [numberOf(x), numberOf(y)];
  if (left === null || right === null || bytesOf(x)?.length !== bytes || bytesOf(y)?.length !== bytes) {
    return false;
  }
  if (left >= p || right >= p) {
    return false;
  }
  return (right * right - (left * left * left - 3n * left + b)) % p === 0n;
}

function numberOf(value: unknown): bigint | null {
  const bytes = bytesOf(value);
  if (bytes === null || bytes.length === 0) {
    return null;
  }
  return BigInt(`0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
}

function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]+$/.test(value) || value.length % 4 === 1) {
    return null;
  }
  return Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}
