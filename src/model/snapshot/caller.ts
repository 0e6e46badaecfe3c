// Who calls, as far as it was proven. What a request merely says about itself is never in here.

/** A workload or an application of the mesh. */
export interface Party {
  /** `spiffe://<trust domain>/ns/<namespace>/sa/<service>`, or `…/app/<application>`. */
  readonly principal: string;
  readonly namespace: string;
  /** Of the Service or the Application. */
  readonly name: string;
}

/** Somebody whom a configured provider vouches for. */
interface User {
  /** Name of the provider in its AuthenticationPolicy. */
  readonly provider: string;
  readonly issuer: string;
  /** null = the token names nobody. */
  readonly subject: string | null;
}

export type Claims = Readonly<Record<string, unknown>>;

export interface Caller {
  readonly workload: Party | null;
  readonly application: Party | null;
  readonly user: User | null;
  /** Of the user's token; without one, of the mesh's own. */
  readonly claims: Claims;
  /** When the first of the proofs expires, milliseconds since the epoch; null = none does. */
  readonly expiresAtMs: number | null;
}
