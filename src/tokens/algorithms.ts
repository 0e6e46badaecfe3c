// The signature algorithms of RFC 7518 §3 and RFC 8037 that are understood, and the key that each wants. jose knows
// more of them; what is not here is used by nobody. `none` is not one.

export interface Algorithm {
  /** Of the JWK. */
  readonly kty: "RSA" | "EC" | "OKP" | "oct";
  /** Of the JWK; absent = the type has none. */
  readonly crv?: string;
  /** Shortest shared key, bytes (RFC 7518 §3.2: as long as the hash). */
  readonly keyBytes?: number;
}

const rsa: Algorithm = { kty: "RSA" };
const edwards: Algorithm = { kty: "OKP", crv: "Ed25519" };

/** By the name in `alg`. `Ed25519` (RFC 9864) says what `EdDSA` leaves open. */
export const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ["HS256", { kty: "oct", keyBytes: 32 }],
  ["HS384", { kty: "oct", keyBytes: 48 }],
  ["HS512", { kty: "oct", keyBytes: 64 }],
  ["RS256", rsa],
  ["RS384", rsa],
  ["RS512", rsa],
  ["PS256", rsa],
  ["PS384", rsa],
  ["PS512", rsa],
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["ES384", { kty: "EC", crv: "P-384" }],
  ["ES512", { kty: "EC", crv: "P-521" }],
  ["EdDSA", edwards],
  ["Ed25519", edwards],
]);
