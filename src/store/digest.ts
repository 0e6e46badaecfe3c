// SHA-256 of text, in hex: the audit chain, plan ids and the digests of documents.
const encoder = new TextEncoder();

/** SHA-256 in lower-case hex; text is taken as UTF-8. */
export async function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", typeof data === "string" ? encoder.encode(data) : data);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
