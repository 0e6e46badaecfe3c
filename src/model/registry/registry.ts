// What the registry holds besides documents themselves: as the store hands it out, before the admin API words it.
import type { PlanSummary } from "../api/apply.ts";
import type { Role } from "../api/resource.ts";
import type { Document } from "../document/document.ts";
import type { Status } from "./status.ts";

/** Where the registry stands: what isolates compare with theirs. Within an epoch neither number ever goes down. */
export interface Head {
  /** 0 = nothing was ever written. */
  readonly revision: number;
  /** Mesh-wide count of changes of dynamic endpoints. */
  readonly generation: number;
  /** How often a registry that was set back was adopted; absent = never. */
  readonly epoch?: number;
}

export interface StoredDocument {
  readonly document: Document;
  readonly uid: string;
  /** Revision of the last change. */
  readonly resourceVersion: number;
  /** Counts changes of `spec`, from 1. */
  readonly generation: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly manager: string;
  readonly applySet: string | null;
  readonly status: Status | null;
}

/** A document as it was at some revision, with what a rollback restores beside it. */
export interface PastDocument {
  readonly document: Document;
  readonly manager: string;
  readonly applySet: string | null;
}

export interface RevisionRecord {
  readonly revision: number;
  readonly at: string;
  readonly actor: string;
  readonly source: string;
  readonly reason: string | null;
  readonly summary: PlanSummary;
  readonly planId: string;
  readonly snapshotDigest: string;
  /** The revision whose documents this one restored; null = no rollback. */
  readonly rolledBackTo: number | null;
}

/** One document's change within a revision; `before` null = created, `after` null = removed. */
export interface ChangeRecord {
  readonly ref: string;
  readonly action: "create" | "update" | "prune" | "delete";
  readonly before: Document | null;
  readonly after: Document | null;
}

/** A registered endpoint. Those written in a Service document live in the snapshot instead. */
export interface DynamicEndpoint {
  readonly namespace: string;
  readonly service: string;
  readonly id: string;
  readonly address: { readonly url: string } | { readonly binding: string };
  readonly cluster: string;
  readonly version: string | null;
  readonly weight: number;
  readonly priority: number;
  readonly draining: boolean;
  /** As it was written; null = no lease, stays until deleted. */
  readonly ttl: string | null;
  readonly ttlMs: number | null;
  /** Names this registration: a lease that ran out removes the endpoint only while it is still the same one. */
  readonly lease: string | null;
  readonly registeredAt: string;
  readonly registeredBy: string;
}

/** Endpoints that changed after some generation. */
export interface EndpointChanges {
  /** Of the registry; absent = 0. */
  readonly epoch?: number;
  readonly generation: number;
  readonly changed: readonly DynamicEndpoint[];
  readonly removed: readonly { readonly namespace: string; readonly service: string; readonly id: string }[];
}

/** An operator's API token; the secret itself is never stored. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly role: Role;
  /** null = all. */
  readonly namespaces: readonly string[] | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** What is written down about one attempt to change something, allowed or refused. */
export interface AuditDraft {
  readonly at: string;
  readonly actor: string;
  readonly role: string | null;
  readonly ip: string | null;
  /** The call, e.g. `apply`. */
  readonly action: string;
  /** What it was about: a ref, an endpoint, a token, `mesh`. */
  readonly target: string;
  readonly outcome: "allowed" | "refused";
  /** SHA-256 of the changed documents as they were and as they became, hex. */
  readonly before: string | null;
  readonly after: string | null;
  /** The revision that the write made. */
  readonly revision: number | null;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A row of the chain. */
export interface AuditRow extends AuditDraft {
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
}
