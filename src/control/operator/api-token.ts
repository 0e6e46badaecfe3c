// The form of API tokens, and how one is made. Only digests are kept: a token with 256 random bits needs no slow hash.
import { hex, sha256Hex } from "../../model/word/digest.ts";

/** `slv_<id>_<secret>`: the id finds its way into logs, the secret is only ever seen by its owner. */
export const API_TOKEN = /^slv_[0-9a-f]{12}_[0-9a-f]{64}$/;

export const API_TOKEN_ID = /^[0-9a-f]{12}$/;

/** A new API token and what is kept of it. */
export async function mintToken(): Promise<{ id: string; token: string; hash: string }> {
  const id = hex(crypto.getRandomValues(new Uint8Array(6)));
  const token = `slv_${id}_${hex(crypto.getRandomValues(new Uint8Array(32)))}`;
  return { id, token, hash: await sha256Hex(token) };
}
