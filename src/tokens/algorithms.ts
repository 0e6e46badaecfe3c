// The signature algorithms of RFC 7518 §3 and RFC 8037 that are understood, as WebCrypto names them. `none` is not one.

export interface Algorithm {
  /** Of the JWK. */
  readonly kty: "RSA" | "EC" | "OKP" | "oct";
  /** Of the JWK; absent = the type has none. */
  readonly crv?: string;
  /** For `importKey`. */
  readonly importing: { readonly name: string; readonly hash?: string; readonly namedCurve?: string };
  /** For `verify` and `sign`. */
  readonly signing: { readonly name: string; readonly hash?: string; readonly saltLength?: number };
  /** Bytes of every signature; absent = follows from the key. */
  readonly signatureBytes?: number;
  /** Shortest shared key, bytes (RFC 7518 §3.2: as long as the hash). */
  readonly keyBytes?: number;
}

const bits = ["256", "384", "512"] as const;
const hmacBytes = { "256": 32, "384": 48, "512": 64 };
const curves = { "256": "P-256", "384": "P-384", "512": "P-521" };
const ecBytes = { "256": 64, "384": 96, "512": 132 };
const edwards: Algorithm = {
  kty: "OKP",
  crv: "Ed25519",
  importing: { name: "Ed25519" },
  signing: { name: "Ed25519" },
  signatureBytes: 64,
};

/** By the name in `alg`. `Ed25519` (RFC 9864) says what `EdDSA` leaves open. */
export const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ...bits.flatMap((size): [string, Algorithm][] => {
    const hash = `SHA-${size}`;
    const saltLength = hmacBytes[size];
    return [
      [
        `HS${size}`,
        { kty: "oct", importing: { name: "HMAC", hash }, signing: { name: "HMAC" }, keyBytes: hmacBytes[size] },
      ],
      [`RS${size}`, rsa("RSASSA-PKCS1-v1_5", hash)],
      [`PS${size}`, rsa("RSA-PSS", hash, saltLength)],
      [
        `ES${size}`,
        {
          kty: "EC",
          crv: curves[size],
          importing: { name: "ECDSA", namedCurve: curves[size] },
          signing: { name: "ECDSA", hash },
          signatureBytes: ecBytes[size],
        },
      ],
    ];
  }),
  ["EdDSA", edwards],
  ["Ed25519", edwards],
]);

function rsa(name: string, hash: string, saltLength?: number): Algorithm {
  return { kty: "RSA", importing: { name, hash }, signing: saltLength === undefined ? { name } : { name, saltLength } };
}
