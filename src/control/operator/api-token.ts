// The form of API tokens, and how one is made. Only digests are kept: a token with 256 random bits needs no slow hash.

/** `slv_<id>_<secret>`: the id finds its way into logs, the secret is only ever seen by its owner. */
export const API_TOKEN = /^slv_[0-9a-f]{12}_[0-9a-f]{64}$/;

export const API_TOKEN_ID = /^[0-9a-f]{12}$/;

/** A new API token and what is kept of it. */
export async function mintToken(): Promise<{ id: string; token: string; hash: string }> {
  const id = hex(crypto.getRandomValues(new Uint8Array(6)));
  const token = `slv_${id}_${hex(crypto.getRandomValues(new Uint8Array(32)))}`;
  return { id, token, hash: hex(await sha256(token)) };
}

/** SHA-256 of the UTF-8 text. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
