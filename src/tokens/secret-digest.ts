// The digest under which a client secret is kept and looked for: keyed, so that a copy of the registry without the
// mesh's pepper says nothing about a secret.
import { encodeBase64url } from "./base64url.ts";
import type { Key } from "../model/message/mesh-keys.ts";

const text = new TextEncoder();

/** HMAC-SHA-256 of the secret's UTF-8 under the pepper (`MeshKeys.pepper`), base64url without padding. */
export async function secretDigest(pepper: Key, secret: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", pepper, text.encode(secret))));
}
