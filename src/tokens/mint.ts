// Signs what the mesh says: a compact JWS, ES256. What it says is the caller's business.
import { CompactSign } from "jose/jws/compact/sign";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import type { JsonObject } from "./strict-json.ts";

const utf8 = new TextEncoder();

/** @param typ says what kind of token it is, so that none passes for another (RFC 8725 §3.11) */
export function mint({ kid, key }: MeshKeys["signing"], typ: string, claims: JsonObject): Promise<string> {
  const signer = new CompactSign(utf8.encode(JSON.stringify(claims)));
  return signer.setProtectedHeader({ alg: "ES256", typ, kid }).sign(key);
}
