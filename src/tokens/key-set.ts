// Keys that tokens are checked with, held in memory: whoever makes a set has fetched already, and asking it never does.
// Every key is bound to the algorithms it fits when it is taken in, so that a token cannot make another use of it.
import { importJWK } from "jose/key/import";
import type { Key } from "../model/message/mesh-keys.ts";
import { isRecord } from "../model/word/record.ts";
import { algorithms, type Algorithm } from "./algorithms.ts";
import { decodeBase64url } from "./base64url.ts";

/** What a signature is checked with; bytes are a shared key. */
export type CheckingKey = Key | Uint8Array;

export interface KeySet {
  /**
   * The keys to try, a few at most.
   *
   * @param kid null = the token names none: every key that fits
   * @param alg of the token's header; one that is not understood fits no key
   */
  find(kid: string | null, alg: string): readonly CheckingKey[];
}

interface ReadKeys {
  readonly keys: KeySet;
  /** How many keys can be used. */
  readonly size: number;
  /** Keys that were left out, each with the reason. */
  readonly refused: readonly { readonly kid: string | null; readonly reason: string }[];
}

type Jwk = Readonly<Record<string, unknown>>;

interface Usable {
  readonly kid: string | null;
  readonly alg: string;
  readonly key: CheckingKey;
}

const MAX_KEYS = 64;
/** Checking one signature costs up to a millisecond: a token without `kid` must not buy many. */
const MAX_TRIED = 8;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const NONE: readonly CheckingKey[] = [];

/**
 * A public key set (RFC 7517 §5). One bad key does not spoil the others: it is left out and named in `refused`. Of
 * several keys with one `kid` each is tried: all of them are the issuer's. A key without `kid` may be meant by any.
 *
 * @param jwks the set as it was read; anything that is not one holds no keys
 */
export async function keySetOf(jwks: unknown): Promise<ReadKeys> {
  const list = isRecord(jwks) && Array.isArray(jwks.keys) ? jwks.keys.slice(0, MAX_KEYS) : [];
  const usable: Usable[] = [];
  const refused: { kid: string | null; reason: string }[] = [];
  let size = 0;
  for (const jwk of list) {
    const read = await readKey(jwk);
    if (typeof read === "string") {
      refused.push({ kid: isRecord(jwk) && typeof jwk.kid === "string" ? jwk.kid : null, reason: read });
    } else {
      usable.push(...read);
      size++;
    }
  }
  return { keys: index(usable), size, refused };
}

/**
 * A shared key for the HS algorithms. `kid` is not looked at: there is one key.
 *
 * @param secret at least as long as the algorithm's hash (32, 48, 64 bytes): it fits no algorithm that wants more
 */
export function keySetOfSecret(secret: Uint8Array): KeySet {
  return {
    find(_kid, alg) {
      const known = algorithms.get(alg);
      return known?.kty === "oct" && secret.byteLength >= (known.keyBytes ?? 0) ? [secret] : NONE;
    },
  };
}

/** Keys that are imported already, by `kid`, all for one algorithm. */
export function keySetOfKeys(keys: ReadonlyMap<string, Key>, alg: string): KeySet {
  return index([...keys].map(([kid, key]) => ({ kid, alg, key })));
}

function index(usable: readonly Usable[]): KeySet {
  // Maps, because a `kid` is whatever a stranger writes.
  const byAlg = new Map<string, { all: CheckingKey[]; unnamed: CheckingKey[]; named: Map<string, CheckingKey[]> }>();
  for (const { kid, alg, key } of usable) {
    const held = byAlg.get(alg) ?? { all: [], unnamed: [], named: new Map<string, CheckingKey[]>() };
    byAlg.set(alg, held);
    held.all.push(key);
    if (kid === null) {
      held.unnamed.push(key);
    } else {
      held.named.set(kid, [...(held.named.get(kid) ?? []), key]);
    }
  }
  return {
    find(kid, alg) {
      const held = byAlg.get(alg);
      if (held === undefined) {
        return NONE;
      }
      const found = kid === null ? held.all : [...(held.named.get(kid) ?? NONE), ...held.unnamed];
      return found.length > MAX_TRIED ? found.slice(0, MAX_TRIED) : found;
    },
  };
}

/** The key under each algorithm that it fits, or why it fits none. */
async function readKey(jwk: unknown): Promise<Usable[] | string> {
  if (!isRecord(jwk)) {
    return "it is not a JSON Web Key";
  }
  const { kid = null, kty, alg, use, key_ops: operations } = jwk;
  if (kid !== null && typeof kid !== "string") {
    return "its kid is not a text";
  }
  if (kty === "oct") {
    return "a symmetric key does not belong into a public set";
  }
  const leaked = PRIVATE.find((member) => Object.hasOwn(jwk, member));
  if (leaked !== undefined) {
    return `it holds the private member "${leaked}"`;
  }
  if (use !== undefined && use !== "sig") {
    return "it is not for signatures (use)";
  }
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return "it is not for checking signatures (key_ops)";
  }
  const weak = kty === "RSA" ? rsaWeakness(jwk) : null;
  if (weak !== null) {
    return weak;
  }
  const fitting = [...algorithms].filter(([name, one]) => (alg === undefined || alg === name) && fits(jwk, one));
  if (fitting.length === 0) {
    return "its type, curve and alg fit no algorithm";
  }
  try {
    return await Promise.all(fitting.map(async ([name]) => ({ kid, alg: name, key: await importPublic(jwk, name) })));
  } catch {
    return "it is not a valid key"; // a point off the curve, for one
  }
}

function fits(jwk: Jwk, { kty, crv }: Algorithm): boolean {
  return jwk.kty === kty && (crv === undefined || jwk.crv === crv);
}

/** Only the members that make the key: the rest has been judged. What is no key makes the runtime throw. */
function importPublic({ kty, crv, x, y, n, e }: Jwk, alg: string): Promise<CheckingKey> {
  const point = { crv: String(crv), x: String(x), ...(kty === "EC" ? { y: String(y) } : {}) };
  const members = { kty: String(kty), ...(kty === "RSA" ? { n: String(n), e: String(e) } : point) };
  return importJWK(members, alg, { extractable: false });
}

/** RFC 7518 §3.3: 2048 bits or more. An exponent of 1 would let everyone sign. */
function rsaWeakness({ n, e }: Jwk): string | null {
  const modulus = typeof n === "string" ? decodeBase64url(n) : null;
  const exponent = typeof e === "string" ? decodeBase64url(e) : null;
  if (modulus === null || exponent === null) {
    return "it is not a valid key";
  }
  const size = bitLength(modulus);
  if (size < MIN_RSA_BITS) {
    return `an RSA key of ${size} bits is too short: ${MIN_RSA_BITS} at least`;
  }
  if (size > MAX_RSA_BITS) {
    return `an RSA key of ${size} bits costs too much to use: ${MAX_RSA_BITS} at most`;
  }
  const length = bitLength(exponent);
  const odd = ((exponent.at(-1) ?? 0) & 1) === 1;
  return odd && length >= 2 && length <= 64 ? null : "its public exponent is not usable";
}

function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24);
}
