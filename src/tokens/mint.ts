// Signs what the mesh says: a compact JWS, ES256. What it says is the caller's business.
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import { encodeBase64url } from "./base64url.ts";
import type { JsonObject } from "./strict-json.ts";

const utf8 = new TextEncoder();
const ES256 = { name: "ECDSA", hash: "SHA-256" };

/** @param typ says what kind of token it is, so that none passes for another (RFC 8725 §3.11) */
export async function mint({ kid, key }: MeshKeys["signing"], typ: string, claims: JsonObject): Promise<string> {
  const signed = `${part({ alg: "ES256", typ, kid })}.${part(claims)}`;
  const signature = await crypto.subtle.sign(ES256, key, utf8.encode(signed));
  return `${signed}.${encodeBase64url(new Uint8Array(signature))}`;
}

function part(value: JsonObject): string {
  return encodeBase64url(utf8.encode(JSON.stringify(value)));
}
