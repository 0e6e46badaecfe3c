// The registry: everything the control plane may ask of D1, by name. The statements are in the files beside this
// one. Every method throws StorageError, and nothing else, when D1 fails.
import type { Document } from "../model/document/document.ts";
import type { IdentityState } from "../model/registry/identity.ts";
import type {
  AuditDraft,
  AuditRow,
  ChangeRecord,
  DynamicEndpoint,
  EndpointChanges,
  Head,
  PastDocument,
  RevisionRecord,
  StoredDocument,
  TokenRecord,
} from "../model/registry/registry.ts";
import type { SessionRecord } from "../model/registry/session.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import * as agentPlans from "./agent-plans.ts";
import * as audit from "./audit.ts";
import { commit, type Commit, type Committed } from "./commit.ts";
import * as documents from "./documents.ts";
import * as endpoints from "./endpoints.ts";
import { guarded } from "./error.ts";
import { trimHistory } from "./history.ts";
import { readIdentities } from "./identity.ts";
import { readSnapshot, trimStatement } from "./snapshots.ts";
import * as sessions from "./sessions.ts";
import * as tokens from "./tokens.ts";

export type { StoredDocument } from "../model/registry/registry.ts";

/** A page of something numbered, newest first; `before` = the last number of the page before. */
export interface Listing {
  readonly limit: number;
  readonly before?: number | undefined;
}

export class Store {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  head(): Promise<Head> {
    return guarded(documents.readHead(this.#db));
  }

  /** See `Head.epoch`. */
  beginEpoch(epoch: number): Promise<void> {
    return guarded(documents.writeEpoch(this.#db, epoch));
  }

  /** Documents, identities and the head that all of them belong to: what a change is planned on. */
  mesh(): Promise<documents.MeshRows> {
    return guarded(documents.readMesh(this.#db));
  }

  /** Documents and the head that they belong to. */
  listing(filter: documents.DocumentFilter = {}): Promise<{ head: Head; documents: StoredDocument[] }> {
    return guarded(documents.readListing(this.#db, filter));
  }

  /** By kind, namespace and name. */
  async documents(filter: documents.DocumentFilter = {}): Promise<StoredDocument[]> {
    return (await this.listing(filter)).documents;
  }

  document(kind: string, namespace: string, name: string): Promise<StoredDocument | null> {
    return guarded(documents.readDocument(this.#db, { kind, namespace, name }));
  }

  /** Credentials and contract states. */
  identities(): Promise<IdentityState> {
    return guarded(readIdentities(this.#db));
  }

  /** All of the change as revision base + 1, or nothing: `moved` when that revision was taken meanwhile. */
  commit(change: Commit): Promise<Committed> {
    return guarded(commit(this.#db, change));
  }

  /** Of the revisions from one to another, those that changed a document in one of the namespaces. */
  touched(
    range: { readonly from: number; readonly to: number },
    namespaces: readonly string[],
  ): Promise<ReadonlySet<number>> {
    return guarded(documents.readTouched(this.#db, range, namespaces));
  }

  revisions(page: Listing): Promise<RevisionRecord[]> {
    return guarded(documents.readRevisions(this.#db, page));
  }

  /** null = never written, or too old to be kept. */
  revision(n: number): Promise<(RevisionRecord & { changes: ChangeRecord[] }) | null> {
    return guarded(documents.readRevision(this.#db, n));
  }

  async documentsAt(n: number): Promise<Document[]> {
    return (await this.pastDocuments(n)).map(({ document }) => document);
  }

  /** As `documentsAt`, with the manager and set that each document had. */
  pastDocuments(n: number): Promise<PastDocument[]> {
    return guarded(documents.readPast(this.#db, n));
  }

  /** null = never written, too old to be kept, or of a shape that this release does not know. */
  snapshot(n: number): Promise<Snapshot | null> {
    return guarded(readSnapshot(this.#db, n));
  }

  async trimSnapshots(): Promise<void> {
    const { revision } = await this.head();
    await guarded(trimStatement(this.#db, revision).run());
  }

  /** @param before RFC 3339: younger revisions are kept */
  trimHistory(before: string): Promise<void> {
    return guarded(trimHistory(this.#db, before));
  }

  audit(page: Listing): Promise<AuditRow[]> {
    return guarded(audit.readAudit(this.#db, page));
  }

  async appendAudit(entry: AuditDraft): Promise<void> {
    await guarded(audit.auditedBatch(this.#db, [], entry));
  }

  verifyAudit(): Promise<audit.ChainVerification> {
    return guarded(audit.verifyAudit(this.#db));
  }

  endpoints(filter: endpoints.EndpointFilter = {}): Promise<DynamicEndpoint[]> {
    return guarded(endpoints.readEndpoints(this.#db, filter));
  }

  countEndpoints(namespace: string): Promise<number> {
    return guarded(endpoints.countEndpoints(this.#db, namespace));
  }

  endpoint(key: endpoints.EndpointKey): Promise<DynamicEndpoint | null> {
    return guarded(endpoints.readEndpoint(this.#db, key));
  }

  /** Those of the keys that are registered. */
  findEndpoints(keys: readonly endpoints.EndpointKey[]): Promise<DynamicEndpoint[]> {
    return guarded(endpoints.findEndpoints(this.#db, keys));
  }

  endpointChanges(sinceGeneration: number): Promise<EndpointChanges> {
    return guarded(endpoints.readEndpointChanges(this.#db, sinceGeneration));
  }

  putEndpoint(endpoint: DynamicEndpoint, entry: AuditDraft): ReturnType<typeof endpoints.putEndpoint> {
    return guarded(endpoints.putEndpoint(this.#db, endpoint, entry));
  }

  /** Names a new registration of an endpoint that is otherwise unchanged; false = it is gone. */
  renewRegistration(key: endpoints.EndpointKey, lease: string | null): Promise<boolean> {
    return guarded(endpoints.renewRegistration(this.#db, key, lease));
  }

  deleteEndpoint(key: endpoints.EndpointKey, at: string, entry: AuditDraft): Promise<Head> {
    return guarded(endpoints.deleteEndpoint(this.#db, key, at, entry));
  }

  drainEndpoint(key: endpoints.EndpointKey, entry: AuditDraft): Promise<Head> {
    return guarded(endpoints.markDraining(this.#db, key, entry));
  }

  expireEndpoints(
    expired: readonly (endpoints.EndpointKey & { readonly lease: string })[],
    at: string,
    entry: AuditDraft,
  ): Promise<Head> {
    return guarded(endpoints.expireEndpoints(this.#db, expired, at, entry));
  }

  dropTombstones(before: string): Promise<void> {
    return guarded(endpoints.dropTombstones(this.#db, before));
  }

  createToken(token: TokenRecord, entry: AuditDraft): Promise<void> {
    return guarded(tokens.createToken(this.#db, token, entry));
  }

  tokens(): Promise<TokenRecord[]> {
    return guarded(tokens.readTokens(this.#db));
  }

  /** False = there was none. */
  deleteToken(id: string, entry: AuditDraft): Promise<boolean> {
    return guarded(tokens.deleteToken(this.#db, id, entry));
  }

  /** The token of a digest (SHA-256, hex), expired or not. */
  tokenByHash(hash: string): Promise<TokenRecord | null> {
    return guarded(tokens.tokenByHash(this.#db, hash));
  }

  /** Notes that a token was used, once an hour at most. */
  touchToken(token: TokenRecord, now: string): Promise<void> {
    return guarded(tokens.touchToken(this.#db, token, now));
  }

  /** null = there is none. */
  tokenById(id: string): Promise<TokenRecord | null> {
    return guarded(tokens.tokenById(this.#db, id));
  }

  createSession(session: SessionRecord, replaces: string | null, entry: AuditDraft): Promise<void> {
    return guarded(sessions.createSession(this.#db, session, replaces, entry));
  }

  /** Digests of all secrets of operators that are good at `now`. */
  secretDigests(now: number): Promise<string[]> {
    return guarded(sessions.secretDigests(this.#db, now));
  }

  /** The session of a digest (SHA-256, hex); null = there is none, or its time is over. */
  session(hash: string, now: number): Promise<SessionRecord | null> {
    return guarded(sessions.findSession(this.#db, hash, now));
  }

  touchSession(session: SessionRecord, now: number): Promise<void> {
    return guarded(sessions.touchSession(this.#db, session, now));
  }

  deleteSession(hash: string, entry: AuditDraft): Promise<void> {
    return guarded(sessions.deleteSession(this.#db, hash, entry));
  }

  dropSessions(now: number): Promise<void> {
    return guarded(sessions.dropSessions(this.#db, now));
  }

  keepAgentPlan(plan: agentPlans.StoredPlan, now: number): Promise<void> {
    return guarded(agentPlans.keepPlan(this.#db, plan, now));
  }

  /** The content, once; null = there is none, it was taken, or its time is over. */
  takeAgentPlan(hash: string, now: number): Promise<string | null> {
    return guarded(agentPlans.takePlan(this.#db, hash, now));
  }
}
