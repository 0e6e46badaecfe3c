// The mesh's own keys as an isolate holds them: what it signs with, what it accepts, and what client secrets are
// digested under. They come from one Durable Object and are never in the registry, a snapshot or an answer.

/** A CryptoKey, by whatever name the runtime's types have for it. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export interface MeshKeys {
  /** What tokens and assertions are signed with now (ES256). */
  readonly signing: { readonly kid: string; readonly key: Key };
  /** Public keys in force, by key id: the signing one, those about to be, and those whose tokens are still good. */
  readonly accepted: ReadonlyMap<string, Key>;
  /** HMAC-SHA-256 key of client secrets' digests. */
  readonly pepper: Key;
}
