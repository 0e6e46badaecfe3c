// Makes compact tokens for tests, well-formed or not: parts are taken as they are given, and signed with WebCrypto.
import type { Key } from "../../src/model/message/mesh-keys.ts";
import { algorithms } from "../../src/tokens/algorithms.ts";
import { encodeBase64url } from "../../src/tokens/base64url.ts";

const utf8 = new TextEncoder();

export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: Key;
  /** With `kid` and `alg`. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

interface Pair {
  readonly publicKey: Key;
  readonly privateKey: Key;
}

/** A fresh key pair for `alg`. */
export async function signerOf(alg: string, kid = `${alg}-1`): Promise<Signer> {
  const known = algorithms.get(alg);
  if (known === undefined) throw new Error(`no such algorithm: ${alg}`);
  const rsa = known.kty === "RSA" ? { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) } : {};
  const generating = { ...known.importing, ...rsa };
  // The overloads want to know at compile time whether it is a pair; a shared key has no `publicKey` and fails below.
  const pair = (await crypto.subtle.generateKey(generating, true, ["sign", "verify"])) as unknown as Pair;
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
  const signing = algorithms.get(alg)?.signing ?? alg;
  return encodeBase64url(new Uint8Array(await crypto.subtle.sign(signing, privateKey, utf8.encode(signed))));
}
