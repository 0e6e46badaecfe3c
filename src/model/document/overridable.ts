// Which kinds an Override may be laid over. Not itself; not the labels that decide which routes may attach; not what
// says who a client is and what was agreed with it: those outlive an incident and have calls of their own.
import type { KindName } from "./document.ts";

const notOverridable: ReadonlySet<KindName> = new Set(["Override", "Namespace", "Application", "Contract"]);

/** Longest time from apply to `expiresAt`: 24 hours. */
export const LONGEST_OVERRIDE_MS = 24 * 3_600_000;

export function isOverridable(kind: KindName): boolean {
  return !notOverridable.has(kind);
}
