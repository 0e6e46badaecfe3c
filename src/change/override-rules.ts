// What a change that touches Overrides is held to: their time, and that the mesh is still a valid one when they end.
import { LONGEST_OVERRIDE_MS } from "../model/document/overridable.ts";
import type { Document } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import { compiling, type CompileOptions } from "../compile/compile.ts";
import type { Steps } from "../compile/documents/steps.ts";
import type { PlannedChange } from "./plan.ts";

/** Errors about the times of Overrides that are new or whose spec changes. @param now RFC 3339 */
export function overrideFindings(changes: readonly PlannedChange[], now: string): Finding[] {
  return changes.flatMap(({ ref, action, after, patch }): Finding[] => {
    if (after?.kind !== "Override") {
      return [];
    }
    const said = action === "create" || patch.some(({ path }) => path.startsWith("/spec"));
    const ahead = Date.parse(after.spec.expiresAt) - Date.parse(now);
    if (!said || (ahead > 0 && ahead <= LONGEST_OVERRIDE_MS)) {
      return [];
    }
    const what = ahead <= 0 ? "has passed" : "is more than 24 hours ahead";
    const message = `expiresAt ${after.spec.expiresAt} ${what} (it is ${now} now).`;
    const hint = "Give a time within the next 24 hours; what is to stay belongs into the document itself.";
    return [{ severity: "error", code: "SLV1231", ref, pointer: "/spec/expiresAt", message, hint }];
  });
}

/** What would be wrong on the day the Overrides are gone: nothing may stand that only they make valid. */
export function* errorsWithoutOverrides(documents: readonly Document[], options: CompileOptions): Steps<Finding[]> {
  if (!documents.some(({ kind }) => kind === "Override")) {
    return [];
  }
  const { findings } = yield* compiling(documents, { ...options, bare: true });
  return findings.filter(({ severity }) => severity === "error");
}

/** Why, in the words of the Overrides of the change; null = there are none. */
export function reasonOf(changes: readonly PlannedChange[]): string | null {
  const reasons = changes.flatMap(({ after }) => (after?.kind === "Override" ? [after.spec.reason] : []));
  return reasons.length === 0 ? null : [...new Set(reasons)].join("; ").slice(0, 500);
}
