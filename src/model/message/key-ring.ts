// What the key ring's object answers: to isolates, who need the keys themselves, and to operators, who never see them.

/** A public or private key as JSON (RFC 7517). */
export interface KeyJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  /** Only of a private key. */
  readonly d?: string;
}

/** Secret. For isolates only. */
export interface KeyMaterial {
  /** Changes with every change of the ring. */
  readonly tag: string;
  readonly signing: { readonly kid: string; readonly jwk: KeyJwk };
  /** Public keys in force. */
  readonly accepted: readonly { readonly kid: string; readonly jwk: KeyJwk }[];
  /** 32 bytes, base64url. */
  readonly pepper: string;
}

/** `unchanged`: what the asker holds is what there is. */
export type KeyAnswer = KeyMaterial | { readonly unchanged: true };

/** A key as operators see it. Times are milliseconds since the epoch. */
interface KeyView {
  readonly kid: string;
  readonly state: "next" | "signing" | "accepted" | "retired" | "revoked";
  readonly publishedAt: number;
  readonly since: number;
  readonly until: number | null;
}

export interface RingView {
  readonly keys: readonly KeyView[];
  /** When the next key starts to sign. */
  readonly rotatesAt: number | null;
}
