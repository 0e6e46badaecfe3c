// Which documents of a set are gone from its source, and whether so many may go at once. By membership that the
// registry recorded at apply, never by label: a label can be mistyped, and then the wrong things vanish.
import type { Finding } from "../model/word/finding.ts";
import { refOf } from "../model/word/refs.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { StoredDocument } from "../model/registry/registry.ts";

/** A document that says `selvage.dev/prune: "false"` stays. */
const ANNOTATION = "selvage.dev/prune";
/**
 * More than this many, and more than this share of the set, asks for `pruneMax`: an empty folder must not empty a mesh.
 */
const FREE_COUNT = 3;
const FREE_PERCENT = 30;

type Pruned =
  | { readonly ok: true; readonly refs: readonly string[]; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly refusal: Refusal };

export function pruned(
  current: readonly StoredDocument[],
  named: ReadonlySet<string>,
  set: string,
  pruneMax: number | null,
): Pruned {
  const members = current
    .filter(({ applySet }) => applySet === set)
    .map(({ document: { kind, metadata } }) => ({
      ref: refOf(kind, metadata.namespace, metadata.name),
      stays: metadata.annotations[ANNOTATION] === "false",
    }));
  const gone = members.filter(({ ref }) => !named.has(ref));
  const refs = gone.filter(({ stays }) => !stays).map(({ ref }) => ref);
  const allowed = pruneMax ?? Math.floor(Math.max(FREE_COUNT, (members.length * FREE_PERCENT) / 100));
  if (refs.length > allowed) {
    return {
      ok: false,
      refusal: {
        problem: "pruneGuard",
        detail:
          `The prune would remove ${refs.length} of the ${members.length} documents of the set "${set}"; ` +
          `without pruneMax at most ${allowed} may go. If that is meant, say pruneMax=${refs.length}.`,
        extensions: { prune: refs.length, allowed, refs: refs.slice(0, 100) },
      },
    };
  }
  const findings = gone
    .filter(({ stays }) => stays)
    .map(({ ref }): Finding => ({
      severity: "warning",
      code: "SLV1021",
      ref,
      pointer: `/metadata/annotations/${ANNOTATION.replace("/", "~1")}`,
      message: `It is no longer in the set "${set}", and stays because it says ${ANNOTATION}: "false".`,
      hint: "Delete it by name when it is no longer needed.",
    }));
  return { ok: true, refs, findings };
}
