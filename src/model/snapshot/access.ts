// Who may call, as the data plane reads it: authentication and authorization policies compiled, and the clients,
// contracts and trusted clusters that they speak of. Holds digests, never a secret.

export interface Authentication {
  /** `<namespace>/<name>` of the AuthenticationPolicy. */
  readonly policy: string;
  /** `permit`: a request without any proof passes as anonymous; one with a bad proof never does. */
  readonly mode: "require" | "permit";
  readonly jwt: readonly JwtProvider[];
  readonly clientCredentials: { readonly required: boolean; readonly from: readonly CredentialSource[] } | null;
  readonly mesh: { readonly required: boolean } | null;
  readonly mtls: { readonly required: boolean } | null;
}

export interface JwtProvider {
  readonly name: string;
  /** Compared exactly with `iss`. */
  readonly issuer: string;
  /** One of them must be in `aud`; empty = not checked. */
  readonly audiences: readonly string[];
  readonly keys: KeySource;
  readonly algorithms: readonly string[];
  readonly from: readonly TokenSource[];
  readonly claimToHeaders: readonly { readonly claim: string; readonly header: string }[];
  readonly clockSkewMs: number;
  readonly requiredClaims: readonly string[];
}

/** `secret`: name of the Worker secret that holds the shared key. */
export type KeySource =
  | {
      readonly jwksUri: string;
      /** The URL may be private or plain http: a local mesh, or a cluster "default" that allows it. */
      readonly allowPrivate?: true;
    }
  | { readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } }
  | { readonly secret: string };

/** Header names in lower case. */
export type TokenSource = { readonly header: string; readonly prefix: string } | { readonly cookie: string };
export type CredentialSource = "basic" | { readonly id: string; readonly secret: string };

export interface Authorization {
  /** `<namespace>/<name>` of the AuthorizationPolicy. */
  readonly policy: string;
  readonly action: "ALLOW" | "DENY" | "AUDIT";
  /** Alternatives; none = matches nothing. */
  readonly rules: readonly AuthorizationRule[];
}

/** All three parts must match; an empty part always does. */
export interface AuthorizationRule {
  readonly from: readonly AuthorizationSource[];
  readonly to: readonly AuthorizationOperation[];
  readonly when: readonly AuthorizationCondition[];
}

/** Every list that is not empty must match; its values are alternatives with one `*` at most. */
export interface AuthorizationSource {
  readonly principals: readonly string[];
  readonly namespaces: readonly string[];
  /** `<namespace>/<name>`. */
  readonly applications: readonly string[];
  /** Bits that their addresses begin with, of the 128 of an IPv6 address (IPv4 is mapped); `?` = not known. */
  readonly ipBlocks: readonly string[];
}

export interface AuthorizationOperation {
  readonly methods: readonly string[];
  /** Canonical, without parameters, but for their wildcards. */
  readonly paths: readonly string[];
  /** Lower case. */
  readonly hosts: readonly string[];
}

export interface AuthorizationCondition {
  /**
   * `claim:<name>`, `header:<name>` (lower case), or an attribute; one that nobody knows is not judged, and counts
   * against the caller.
   */
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
  readonly contains: readonly string[];
}

/** Whoever has credentials, and what they may use; written by the admin API's own calls, beside the documents. */
export interface Identities {
  /** By client id. */
  readonly clients: Readonly<Record<string, Client>>;
  /** Contracts in force, by service, then by application (each `<namespace>/<name>`). */
  readonly contracts: Readonly<Record<string, Readonly<Record<string, ContractEntry>>>>;
  /** Services that offer tiers: their client-ID enforcement asks for a contract. */
  readonly tiered: Readonly<Record<string, true>>;
  /** Clusters whose workload tokens are exchanged. */
  readonly trust: readonly ClusterTrust[];
}

export interface Client {
  readonly kind: "Application" | "Service";
  readonly namespace: string;
  readonly name: string;
  /** Those that are live: two at most. `digest`: HMAC-SHA-256 of the secret under the mesh's pepper, base64url. */
  readonly secrets: readonly { readonly digest: string; readonly expiresAtMs: number | null }[];
}

/** Only approved (or restored) contracts are here. */
export interface ContractEntry {
  /** `<namespace>/<name>` of the Contract. */
  readonly contract: string;
  /** Name of the Tier in the service's namespace. */
  readonly tier: string;
  /** Of the tier: indexes into `policies.limit` of the snapshot. */
  readonly limits: readonly number[];
}

export interface ClusterTrust {
  readonly cluster: string;
  readonly issuer: string;
  readonly audience: string | null;
  /** Namespaces that the issuer may speak for; absent = every one. */
  readonly namespaces?: readonly string[];
  readonly keys: Exclude<KeySource, { secret: string }>;
}
