// Key pairs of the mesh itself (ES256): made, imported, and told to whoever checks its tokens. Where they are kept is
// the key ring's business.
import { exportJWK } from "jose/key/export";
import { generateKeyPair } from "jose/key/generate/keypair";
import { importJWK } from "jose/key/import";
import type { KeyJwk } from "../model/message/key-ring.ts";
import type { Key } from "../model/message/mesh-keys.ts";

const ALG = "ES256";

export async function newKeyPair(): Promise<{ readonly publicJwk: KeyJwk; readonly privateJwk: KeyJwk }> {
  const { privateKey } = await generateKeyPair(ALG, { extractable: true });
  const { x = "", y = "", d = "" } = await exportJWK(privateKey);
  const publicJwk = { kty: "EC", crv: "P-256", x, y };
  return { publicJwk, privateJwk: { ...publicJwk, d } };
}

/** A public key may be told again, a private one stays in the runtime. */
export async function importOwnKey(jwk: KeyJwk): Promise<Key> {
  const key = await importJWK({ ...jwk }, ALG, { extractable: jwk.d === undefined });
  if (key instanceof Uint8Array) {
    throw new Error("The ring's key is a shared one");
  }
  return key;
}

export async function publicJwkOf(kid: string, key: Key) {
  const { kty, crv, x, y } = await exportJWK(key);
  return { kty, crv, x, y, kid, use: "sig", alg: ALG };
}
