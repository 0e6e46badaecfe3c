// Credentials and contract states as the registry keeps them, beside the documents. Everything here changes only
// together with a revision; nothing here is a secret.

export interface IdentityState {
  readonly clients: readonly ClientRecord[];
  /** One for each Contract document. */
  readonly contracts: readonly ContractRecord[];
  readonly bars: readonly ContractBar[];
}

/** What credentials are minted for. */
export type ClientKind = "Application" | "Service";

export interface ClientRecord {
  /** `slvc_…`: the same as long as its owner exists. */
  readonly id: string;
  readonly kind: ClientKind;
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339, as all times here. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** The oldest first. */
  readonly secrets: readonly SecretRecord[];
}

export interface SecretRecord {
  /** Part of the secret's own text, `slvs_<id>_…`: names it where the secret must not be told. */
  readonly id: string;
  /** HMAC-SHA-256 of the secret under the mesh's pepper, base64url. */
  readonly digest: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** null = until it is revoked. */
  readonly expiresAt: string | null;
}

export type ContractState = "pending" | "approved" | "rejected" | "revoked" | "restored";

export interface ContractRecord {
  /** Of the Contract document. */
  readonly namespace: string;
  readonly name: string;
  /** What the state was decided for, `<namespace>/<name>`; a document that says otherwise has to be decided anew. */
  readonly application: string;
  readonly service: string;
  /** In the service's namespace. */
  readonly tier: string;
  readonly state: ContractState;
  /**
   * Since when, and who decided; `tier` = its `approval: auto`, `selvage` = the mesh, since something it was for is
   * gone.
   */
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  /** What was granted before another tier was asked for, and holds until that is; absent = nothing. */
  readonly former?: FormerGrant;
}

export interface FormerGrant {
  /** `<namespace>/<name>` */
  readonly tier: string;
  readonly state: ContractState;
  readonly at: string;
  readonly by: string;
}

/** The service's last answer to the application was no: nothing is approved by itself until somebody says yes. */
export interface ContractBar {
  readonly application: string;
  readonly service: string;
  readonly at: string;
  readonly by: string;
}

export const NO_IDENTITIES: IdentityState = { clients: [], contracts: [], bars: [] };
