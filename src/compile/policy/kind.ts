// What a kind of policy is: one value. Attaching, conflicts, targets that are missing, statuses and namespaces are the
// same for every kind and are not its business; see policy-index.ts. All of them stand in kinds.ts.
import type { Document, KindName } from "../../model/document/document.ts";
import type { TargetRef } from "../../model/document/field/target-ref.ts";
import type { Finding } from "../../model/word/finding.ts";
import type { ExclusiveTable, PolicyRow, PolicyTable } from "../../model/snapshot/policies.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { ProgramTable } from "../documents/programs.ts";

/** Any document with `targetRefs`. */
export type Policy = Extract<Document, { spec: { targetRefs: readonly TargetRef[] } }>;
type PolicyName = Policy["kind"];
export type PolicyOf<Kind extends KindName> = Extract<Policy, { kind: Kind }>;

/** A finding of a policy, before the policy's name is on it. */
export type Told = Omit<Finding, "ref">;

export interface PolicyContext {
  readonly documents: DocumentIndex;
  readonly programs: ProgramTable;
  /** Whether key sets may be fetched from private addresses and over plain http. */
  readonly allowPrivate: boolean;
  /** Whether the Worker has a secret of that name that can be a key. */
  readonly hasSecret: (name: string) => boolean;
}

export interface PolicyKind {
  readonly kind: PolicyName;
  /** Where its rows stand in the snapshot. */
  readonly table: PolicyTable;
  /**
   * `requests`: it judges whoever asks, so one on the service that was named holds beside those of the service that
   * answers. `calls`: it is about how the service that answers is called.
   */
  readonly attaches: "requests" | "calls";
  /** Of the most specific target (rule › route › service › gateway › mesh) one policy, whole; or all of them. */
  readonly mode: "most-specific-wins" | "adds-up";
  /** Rows of which one is enough: then one must be of every namespace that has any, so that none widens another's. */
  isAlternative?(row: PolicyRow<PolicyTable>): boolean;
  /** What a policy without targetRefs is good for; absent = nothing. */
  readonly detached?: string;
  /** @returns its rows of the snapshot: one, where the most specific wins */
  compile(policy: Policy, context: PolicyContext, report: (told: Told) => void): readonly PolicyRow<PolicyTable>[];
  /**
   * What its author may not have meant.
   *
   * @param peers rows of others of the kind that hold where it does: of some on the mesh, and of older ones on its
   * targets
   */
  lint?(policy: Policy, context: PolicyContext, peers: readonly PolicyRow<PolicyTable>[]): readonly Told[];
}

/** A kind in its own words: of documents of that kind, with rows of that table. */
export interface KindOf<Kind extends PolicyName, Table extends PolicyTable> extends PolicyKind {
  readonly kind: Kind;
  readonly table: Table;
  readonly mode: Table extends ExclusiveTable ? "most-specific-wins" : "adds-up";
  isAlternative?(row: PolicyRow<Table>): boolean;
  compile(policy: PolicyOf<Kind>, context: PolicyContext, report: (told: Told) => void): readonly PolicyRow<Table>[];
  lint?(policy: PolicyOf<Kind>, context: PolicyContext, peers: readonly PolicyRow<Table>[]): readonly Told[];
}
