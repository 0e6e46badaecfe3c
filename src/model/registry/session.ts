// Browser sessions of operators as the registry keeps them. A session holds no right of its own: it remembers what was
// shown at login, and that is judged again with every request.

/** What an identity provider said of somebody, as far as roles are given by it. */
export type SessionClaims = Readonly<Record<string, unknown>>;

/** `oidc`: the provider of OPERATOR_OIDC_ISSUER. `access`: Cloudflare Access. */
export type PersonSource = "oidc" | "access";

/** Somebody whom a provider has proven. */
export interface Person {
  readonly source: PersonSource;
  readonly issuer: string;
  readonly claims: SessionClaims;
}

export type SessionProof =
  /** Ends with the token. */
  | { readonly kind: "token"; readonly tokenId: string }
  /** `seal`: digest of the session's own secret and the bootstrap token, so that another token ends the session. */
  | { readonly kind: "bootstrap"; readonly seal: string }
  /** Roles are what the rules in force give to these claims. */
  | ({ readonly kind: "person" } & Person);

/** Times are milliseconds since the epoch. */
export interface SessionRecord {
  /** SHA-256 of the cookie's value, hex. */
  readonly hash: string;
  readonly proof: SessionProof;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
}

/** A session ends after eight hours, and after one in which it was not used. */
export const SESSION_MS = 8 * 3_600_000;
export const SESSION_IDLE_MS = 3_600_000;
