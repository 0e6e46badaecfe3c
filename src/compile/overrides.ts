// Break-glass: lays the patches of Overrides over the specs of their targets, before anything else is compiled. The
// stored documents never change. An Override that has expired, has no target, or makes a spec that its kind does not
// allow is laid aside; what was found is told, and each Override's condition says whether it is in force.
import { mergePatch, patchedPaths } from "../model/word/merge-patch.ts";
import type { Document, DocumentOf } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import { toPointer, type Path } from "../model/word/json-pointer.ts";
import { refOf, refOfDocument } from "../model/word/refs.ts";
import { kindByAnyName } from "../model/document/kinds.ts";
import { isOverridable } from "../model/document/overridable.ts";
import { parseOne } from "../model/read/parse-document.ts";
import type { OverrideNote } from "../model/registry/status.ts";
import { draft, type Draft } from "./documents/conditions.ts";
import { oldestFirst } from "./documents/document-index.ts";

export interface Overlaid {
  /** All documents, the targets with their patched specs. */
  readonly documents: readonly Document[];
  readonly findings: readonly Finding[];
  /** Of each Override, by `refOf`: whether it is in force. */
  readonly conditions: ReadonlyMap<string, Draft>;
  /** Of each target, by `refOf`: what lies over it, in the order in which it was laid. */
  readonly notes: ReadonlyMap<string, readonly OverrideNote[]>;
}

type Override = DocumentOf<"Override">;
type Laid = { readonly override: Override; readonly paths: ReturnType<typeof patchedPaths> };

/** `<Kind>/<namespace>/<name>` of what the Override is for; null = there is no such kind. */
export function overrideTarget({ metadata, spec: { target } }: Override): string | null {
  const kind = kindByAnyName(target.kind);
  return kind === null ? null : refOf(kind, target.namespace ?? metadata.namespace, target.name);
}

export function hasExpired({ spec }: Override, now: number): boolean {
  return Date.parse(spec.expiresAt) <= now;
}

/**
 * Lays the Overrides over their targets, the oldest first.
 * @param now RFC 3339; an Override whose time has come by then is laid aside
 */
export function layOverrides(
  documents: readonly Document[],
  createdAt: ReadonlyMap<string, string>,
  now: string,
): Overlaid {
  const overrides = oldestFirst(
    documents.filter((document) => document.kind === "Override"),
    createdAt,
  );
  const patched = new Map<string, Document>();
  const findings: Finding[] = [];
  const conditions = new Map<string, Draft>();
  const notes = new Map<string, OverrideNote[]>();
  if (overrides.length === 0) {
    return { documents, findings, conditions, notes };
  }

  const targets = new Map(documents.map((document) => [refOfDocument(document), document]));
  const laid = new Map<string, Laid[]>();
  for (const override of overrides) {
    const ref = refOfDocument(override);
    const inactive = (reason: string, message: string): void => {
      conditions.set(ref, draft("Active", false, reason, message));
    };
    const { expiresAt, patch, reason } = override.spec;
    const kind = kindByAnyName(override.spec.target.kind);
    const targetRef = overrideTarget(override);
    const target = targetRef === null ? undefined : (patched.get(targetRef) ?? targets.get(targetRef));
    if (kind !== null && !isOverridable(kind)) {
      const message = `Documents of the kind ${kind} cannot be overridden.`;
      findings.push({ severity: "error", code: "SLV1233", ref, pointer: "/spec/target/kind", message, hint: ALTER });
      inactive("NotOverridable", message);
    } else if (hasExpired(override, Date.parse(now))) {
      inactive("Expired", `It expired at ${expiresAt} and changes nothing`);
    } else if (targetRef === null || target === undefined) {
      inactive("TargetNotFound", "Its target does not exist");
    } else {
      const outcome = lay(target, override);
      if (!outcome.ok) {
        findings.push(...outcome.findings);
        inactive("Invalid", outcome.findings[0]?.message ?? "The patch does not fit the target");
        continue;
      }
      const earlier = laid.get(targetRef) ?? [];
      const one = { override, paths: patchedPaths(patch) };
      findings.push(...conflicts(one, earlier));
      laid.set(targetRef, [...earlier, one]);
      patched.set(targetRef, outcome.document);
      conditions.set(ref, draft("Active", true, "InForce", `It lies over ${targetRef} until ${expiresAt}`));
      const note = { override: ref, reason, expiresAt, patch };
      notes.set(targetRef, [...(notes.get(targetRef) ?? []), note]);
    }
  }
  const result = documents.map((document) => patched.get(refOfDocument(document)) ?? document);
  return { documents: result, findings, conditions, notes };
}

const ALTER = "Change the document itself.";

type Outcome =
  { readonly ok: true; readonly document: Document } | { readonly ok: false; readonly findings: readonly Finding[] };

/** The target with the patch over its spec, checked as if it had been written so. */
function lay(target: Document, override: Override): Outcome {
  const { patch } = override.spec;
  const spec = mergePatch(target.spec, patch);
  const { name, namespace, labels, annotations } = target.metadata;
  const metadata = { name, namespace, labels, annotations };
  const parsed = parseOne({ apiVersion: target.apiVersion, kind: target.kind, metadata, spec });
  if (parsed.ok) {
    return { ok: true, document: parsed.document };
  }
  const ref = refOfDocument(override);
  return {
    ok: false,
    findings: parsed.findings.map(({ path, detail, hint = "Mend the patch, or the document below it." }) => ({
      severity: "error",
      code: "SLV1230",
      ref,
      pointer: toPointer(["spec", "patch", ...within(patch, path.slice(1))]),
      message: `The patch makes an invalid ${target.kind}: ${detail} (${toPointer(path)})`,
      hint,
    })),
  };
}

/** As much of the path as the patch itself has: what is wrong may stand beside what the patch says. */
function within(patch: unknown, path: Path): Path {
  const [step, ...rest] = path;
  if (step === undefined || typeof patch !== "object" || patch === null || !Object.hasOwn(patch, step)) {
    return [];
  }
  return [step, ...within(Object(patch)[step], rest)];
}

/** A warning where an Override says something else about a member than an older one, which it wins over. */
function conflicts({ override, paths }: Laid, earlier: readonly Laid[]): Finding[] {
  for (const { path, value } of paths) {
    for (const other of earlier) {
      const same = other.paths.find((one) => covers(one.path, path) || covers(path, one.path));
      if (same === undefined || JSON.stringify([same.path, same.value]) === JSON.stringify([path, value])) {
        continue;
      }
      return [
        {
          severity: "warning",
          code: "SLV1232",
          ref: refOfDocument(override),
          pointer: toPointer(["spec", "patch", ...path]),
          message: `${refOfDocument(other.override)} changes the same; this Override is younger, so it is the one that holds.`,
          hint: "Delete one of the two.",
        },
      ];
    }
  }
  return [];
}

/** Whether the path leads to the other or into it. */
function covers(path: Path, other: Path): boolean {
  return path.length <= other.length && path.every((step, index) => step === other[index]);
}
