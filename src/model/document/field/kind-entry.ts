// What is said about a kind beside its schema. A policy says it in its own file, so that a
// new one is one file and one line of kinds.ts.
import type * as z from "zod";

export interface KindEntry {
  readonly kind: string;
  /** Accepted spellings, the preferred one first. */
  readonly apiVersions: readonly [string, ...string[]];
  /** Lower case, as in `selvage get httproutes`. */
  readonly plural: string;
  readonly short: readonly string[];
  /** `mesh`: one per mesh, kept in namespace "default". */
  readonly scope: "namespace" | "mesh";
  /** Its name becomes a part of hosts, so it is a DNS label; absent: a DNS subdomain. */
  readonly isLabel?: true;
  /** A document without `spec` says something, too. */
  readonly specOptional?: true;
  /** Annotations of ours that it heeds, each with what it does there; on any other kind they say nothing. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What it says, in one sentence. */
  readonly says: string;
  readonly spec: z.ZodType;
  /** What of it has no effect. */
  readonly limits?: string;
  /** Codes of findings that only this kind has, as in `word/finding-codes.ts`. */
  readonly findings?: Readonly<Record<`SLV1${number}`, string>>;
}

/** Of the mesh's own kinds. */
export const OURS = ["selvage.dev/v1"] as const;
