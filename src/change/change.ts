// The walk of every change of the mesh's documents: read, plan, compile the whole would-be mesh, weigh what the
// compiler found, write all or nothing. Apply, put, delete and rollback differ only in how they plan.
import { canonicalJson } from "../decide/text/canonical-json.ts";
import type { ApplyResult } from "../model/api/apply.ts";
import type { Document } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import type { IdentityState } from "../model/registry/identity.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { Head, StoredDocument } from "../model/registry/registry.ts";
import { compiling, type CompileOptions } from "../compile/compile.ts";
import { createdAtOf, generationsAfter, itemsOf, rowsOf, statusesOf, summaryOf, triedOf } from "./change-rows.ts";
import { sha256Hex } from "../model/word/digest.ts";
import { inTurns, turn } from "./in-turns.ts";
import { errorsWithoutOverrides, overrideFindings, reasonOf } from "./override-rules.ts";
import { type Plan, type PlannedChange, type Planned } from "./plan.ts";
import { patternMemo } from "./pattern-memo.ts";
import { lossFindings, refuseTierInUse } from "./losses.ts";
import { storageRefusal } from "../store/error.ts";
import type { Store } from "../store/store.ts";
import { newWarnings, refuseErrors, refuseWarnings, type SentDocument } from "./verdict.ts";

export interface WriteOptions {
  /** Plan, compile and answer, write nothing. */
  readonly dryRun: boolean;
  /** Warnings refuse too. */
  readonly strict: boolean;
  /**
   * What the caller bases the write on: the mesh's revision (apply, rollback), or the document's resourceVersion (put,
   * delete; 0 = it must not exist). null = whatever is there.
   */
  readonly expected: number | null;
  /** `If-Match: *` was said; noted in the audit. */
  readonly forced?: boolean;
  readonly manager: string;
  readonly actor: string;
  readonly role?: string | null;
  readonly ip?: string | null;
  /** Which call it is, as the revision and the audit name it. */
  readonly source: string;
  readonly reason: string | null;
  /** How it was asked for, when not by the operator's own hand: further members of the audit row's detail. */
  readonly asked?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly now: string;
  /** True under `selvage up`: endpoints without a cluster are in `local`. */
  readonly localMesh: boolean;
  /** As in `CompileOptions`. */
  readonly meshDomain?: string | null;
  /** As in `CompileOptions`. */
  readonly hasSecret?: (name: string) => boolean;
  /**
   * A new revision though no document changes: the time has changed what they mean. What is wrong is then nobody's to
   * mend.
   */
  readonly recompile?: true;
  /** Whether the writer may make these changes; asked with every plan, so also for what a prune or rollback removes. */
  readonly permits?: (changes: readonly PlannedChange[], next: readonly Document[]) => Refusal | null;
}

export type Applied =
  | {
      readonly ok: true;
      readonly result: ApplyResult;
      /** Of a dry run: what would have been stored. */
      readonly tried?: readonly StoredDocument[];
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** What the change was asked with, as far as it matters to what is answered and written down. */
interface Origin {
  readonly incoming: readonly SentDocument[];
  /** What the audit calls it: a ref, or `mesh`. */
  readonly target: string;
  readonly rolledBackTo: number | null;
  /** What the audit says beside the plan, and instead of the source as its action. */
  readonly action?: string;
  readonly detail?: () => Readonly<Record<string, unknown>>;
}

export interface MeshState {
  readonly head: Head;
  readonly documents: readonly StoredDocument[];
  readonly identities: IdentityState;
}

/** Writers that did not say what they are based on are planned again when another one was faster, so many times. */
const MAX_ATTEMPTS = 40;
/** They come back one after the other: the longer somebody has waited, the longer the others may. */
const PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

/** Makes one change, or says why not. Never throws for what D1 does; a bug in the compiler does throw. */
export async function change(
  store: Store,
  options: WriteOptions,
  origin: Origin,
  planOf: (mesh: MeshState) => Planned,
): Promise<Applied> {
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) {
        await pause(attempt);
      }
      const mesh = await store.mesh();
      await turn();
      const planned = planOf(mesh);
      if (!planned.ok) {
        return planned;
      }
      const denied = options.permits?.(planned.plan.changes, planned.plan.next) ?? null;
      if (denied) {
        return refused(denied);
      }
      const outcome = await carryOut(store, options, origin, mesh, planned.plan);
      if (outcome !== "moved") {
        return outcome;
      }
    }
    return refused({
      problem: "outpaced",
      detail: "Other writers were faster each time. Nothing was written; try again.",
      headers: { "retry-after": "1" },
    });
  } catch (error) {
    const refusal = storageRefusal(error);
    if (refusal === null) {
      throw error;
    }
    return refused(refusal);
  }
}

async function pause(attempt: number): Promise<void> {
  const mostMs = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * attempt);
  await scheduler.wait(Math.random() * mostMs);
}

const refused = (refusal: Refusal): Applied => ({ ok: false, refusal });

async function carryOut(
  store: Store,
  options: WriteOptions,
  origin: Origin,
  { head, documents, identities }: MeshState,
  plan: Plan,
): Promise<Applied | "moved"> {
  await turn();
  const changes = plan.changes.filter(({ action }) => action !== "unchanged");
  const generations = generationsAfter(documents, changes);
  await turn();
  const previous = statusesOf(documents);
  await turn();
  const settings: CompileOptions = {
    revision: head.revision + 1,
    ...knownOf(options),
    previous,
    generations,
    createdAt: createdAtOf(documents, changes, options.now),
    identities: plan.identities ?? identities,
    changed: new Set(plan.changes.map(({ ref }) => ref)),
  };
  await turn();
  const compiled = await inTurns(compiling(plan.next, settings));
  await turn();
  const findings = [
    ...plan.findings,
    ...(origin.rolledBackTo === null ? overrideFindings(plan.changes, options.now) : []),
    ...compiled.findings,
    ...(await inTurns(errorsWithoutOverrides(plan.next, settings))),
  ];
  // Whoever revokes a secret must not be held up by documents that are in force already; nor must the end of an
  // Override.
  const alone = plan.identities !== undefined || options.recompile === true;
  const broken = alone ? null : refuseErrors(findings, origin.incoming);
  if (broken) {
    return refused(broken);
  }
  const told = alone ? [] : findings;
  const inUse = alone || origin.rolledBackTo !== null ? null : refuseTierInUse(changes, compiled.identities);
  if (inUse) {
    return refused(inUse);
  }
  const losses = alone
    ? []
    : lossFindings(changes, identities, compiled.identities, origin.rolledBackTo !== null, Date.parse(options.now));
  const warnings = await newWarnings(told, plan.changes, () =>
    findingsBefore({ head, documents, identities }, options, settings.changed),
  );
  warnings.push(...losses);
  if (options.strict && warnings.length > 0) {
    return refused(refuseWarnings(warnings, origin.incoming));
  }

  const planId = await planIdOf(head, changes);
  const answer = (revision: number): Extract<Applied, { ok: true }> => ({
    ok: true,
    result: { revision, planId, dryRun: options.dryRun, summary: summaryOf(plan), items: itemsOf(plan), warnings },
  });
  const after = compiled.identities;
  const decided = (["clients", "contracts", "bars"] as const).some((part) => after[part] !== identities[part]);
  if (changes.length === 0 && !decided && options.recompile !== true) {
    return answer(head.revision);
  }
  const rows = await inTurns(rowsOf(documents, changes, generations, compiled.statuses));
  if (options.dryRun) {
    return { ...answer(head.revision), tried: triedOf(rows.writes, changes, head.revision + 1, options) };
  }

  const reason = options.reason ?? reasonOf(changes);
  const committed = await store.commit({
    base: head.revision,
    at: options.now,
    actor: options.actor,
    source: options.source,
    reason,
    summary: summaryOf(plan),
    planId,
    rolledBackTo: origin.rolledBackTo,
    snapshot: compiled.snapshot,
    ...(decided ? { identities: { before: identities, after } } : {}),
    ...rows,
    audit: {
      at: options.now,
      actor: options.actor,
      role: options.role ?? null,
      ip: options.ip ?? null,
      action: origin.action ?? options.source,
      target: origin.target,
      outcome: "allowed",
      before: await digestOf(changes.map(({ before }) => before?.document ?? null)),
      after: await digestOf(changes.map(({ after }) => after)),
      revision: null,
      reason,
      detail: {
        planId,
        summary: summaryOf(plan),
        warnings: warnings.length,
        ...(options.forced && { forced: true }),
        ...origin.detail?.(),
        ...options.asked,
      },
    },
  });
  return committed.ok ? answer(committed.revision) : "moved";
}

/** Compiles the mesh as it is: asked for only when a warning may have been there before. */
async function findingsBefore(
  { head, documents, identities }: MeshState,
  options: WriteOptions,
  changed: CompileOptions["changed"],
): Promise<readonly Finding[]> {
  const createdAt = createdAtOf(documents, [], options.now);
  const all = documents.map(({ document }) => document);
  const compiled = compiling(all, {
    ...knownOf(options),
    revision: head.revision,
    identities,
    createdAt,
    previous: statusesOf(documents),
    ...(changed && { changed }),
  });
  return (await inTurns(compiled)).findings;
}

/** What compiling needs to know of where it happens. */
function knownOf({
  now,
  localMesh,
  meshDomain = null,
  hasSecret,
}: WriteOptions): Pick<CompileOptions, "now" | "localMesh" | "meshDomain" | "hasSecret" | "compilePattern"> {
  const compilePattern = patternMemo.compile;
  return { now, localMesh, meshDomain, compilePattern, ...(hasSecret === undefined ? {} : { hasSecret }) };
}

/** Equal for equal changes of an equal mesh: what `diff` showed is what `apply` did when their ids are equal. */
async function planIdOf({ revision }: Head, changes: readonly PlannedChange[]): Promise<string> {
  const content = canonicalJson([revision, changes.map(({ ref, action, patch }) => [ref, action, patch])]);
  return `pl_${(await sha256Hex(content)).slice(0, 24)}`;
}

async function digestOf(documents: readonly unknown[]): Promise<string> {
  return sha256Hex(canonicalJson(documents));
}
