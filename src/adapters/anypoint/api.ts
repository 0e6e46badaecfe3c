// What an API of Anypoint is, whichever way it was written down: as resources of a gateway in local mode, or as API
// Manager exports it. Types only.
import type { Field } from "../source/source-field.ts";
import type { PlainDocument } from "../source/import-note.ts";
import type { Names } from "../source/source-documents.ts";

export interface AnypointApi {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `http://0.0.0.0:8081/orders`: where callers find it. */
  readonly address: Field;
  readonly routes: readonly AnypointRoute[];
  readonly tiers: readonly Field[];
  /** Whatever is told about the API itself. */
  readonly root: Field;
}

export interface AnypointRoute {
  /** What requests have to be like; none = all of them. */
  readonly rules: readonly Field[];
  /** Stands in front of what is left of the path; absent = nothing. */
  readonly destinationPath: Field | null;
  readonly upstreams: readonly AnypointUpstream[];
}

export interface AnypointUpstream {
  readonly name: string;
  readonly address: Field;
  readonly weight: number;
}

/** One policy in force for one API. */
export interface AnypointPolicy {
  /** Without the suffixes of its implementation: `rate-limiting`. */
  readonly name: string;
  /** Where its name stands. */
  readonly named: Field;
  readonly config: Field;
}

/** What a policy becomes. */
export interface PolicyEffect {
  /** For every rule of the API's route. */
  readonly filters?: readonly Readonly<Record<string, unknown>>[];
  readonly policies?: readonly PolicySpec[];
  /** Why nobody is let in: what it checked cannot be checked here. */
  readonly closed?: string;
}

/** A policy document without its metadata and targets. */
export interface PolicySpec {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface AnypointOptions {
  /** The `iss` of the tokens that are to be accepted: Anypoint does not ask for it, the mesh does. */
  readonly jwtIssuer?: string;
  /** A public key (PEM) as a JWK; null when it is none. */
  readonly jwkOf?: (pem: string) => Readonly<Record<string, unknown>> | null;
}

export interface ApiPolicyContext extends AnypointOptions {
  readonly api: AnypointApi;
}

export type TranslatePolicy = (policy: AnypointPolicy, context: ApiPolicyContext) => PolicyEffect;

export interface Made {
  readonly documents: PlainDocument[];
  readonly names: Names;
}
