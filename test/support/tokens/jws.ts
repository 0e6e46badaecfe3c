// Makes compact tokens for tests, well-formed or not: parts are taken as they are given, and signed with WebCrypto and
// by no library, so that what the mesh checks was not made by what checks it.
import type { Key } from "../../../src/model/message/mesh-keys.ts";
import { encodeBase64url } from "../../../src/tokens/base64url.ts";

const utf8 = new TextEncoder();

export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: Key;
  /** With `kid` and `alg`. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** As WebCrypto names what `alg` names: to make a key, and to sign. */
function webCryptoOf(alg: string) {
  const hash = `SHA-${alg.slice(2)}`;
  const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash };
  switch (alg.slice(0, 2)) {
    case "HS":
      return { making: { name: "HMAC", hash }, signing: { name: "HMAC" } };
    case "RS":
      return { making: { name: "RSASSA-PKCS1-v1_5", ...rsa }, signing: { name: "RSASSA-PKCS1-v1_5" } };
    case "PS": {
      const saltLength = Number(alg.slice(2)) / 8;
      return { making: { name: "RSA-PSS", ...rsa }, signing: { name: "RSA-PSS", saltLength } };
    }
    case "ES": {
      const namedCurve = alg === "ES512" ? "P-521" : `P-${alg.slice(2)}`;
      return { making: { name: "ECDSA", namedCurve }, signing: { name: "ECDSA", hash } };
    }
    default:
      return { making: { name: "Ed25519" }, signing: { name: "Ed25519" } };
  }
}

interface Pair {
  readonly publicKey: Key;
  readonly privateKey: Key;
}

/** A fresh key pair for `alg`. */
export async function signerOf(alg: string, kid = `${alg}-1`): Promise<Signer> {
  const { making } = webCryptoOf(alg);
  // The overloads want to know at compile time whether it is a pair; a shared key has no `publicKey` and fails below.
  const pair = (await crypto.subtle.generateKey(making, true, ["sign", "verify"])) as unknown as Pair;
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const { kty, crv, x, y, n, e } = { ...jwk } as Readonly<Record<string, unknown>>;
  const members = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return { kid, alg, privateKey: pair.privateKey, jwk: { ...Object.fromEntries(members), kid, alg } };
}

/** @param part a text as it is to be decoded, or anything else as JSON */
export function encodePart(part: unknown): string {
  return encodeBase64url(utf8.encode(typeof part === "string" ? part : JSON.stringify(part)));
}

export async function signJws(signer: Signer, claims: unknown, header: Record<string, unknown> = {}): Promise<string> {
  const signed = `${encodePart({ alg: signer.alg, kid: signer.kid, ...header })}.${encodePart(claims)}`;
  return `${signed}.${await signatureOf(signer, signed)}`;
}

/** Over a text that need not be a token's. */
export async function signatureOf({ alg, privateKey }: Signer, signed: string): Promise<string> {
  const { signing } = webCryptoOf(alg);
  return encodeBase64url(new Uint8Array(await crypto.subtle.sign(signing, privateKey, utf8.encode(signed))));
}
