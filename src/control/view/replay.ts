// A change held against kept requests: the mesh that it would make, and how many requests would end otherwise, by
// caller and route, with an example each.
import { createdAtOf, statusesOf } from "../../change/change-rows.ts";
import { inTurns } from "../../change/in-turns.ts";
import { patternMemo } from "../../change/pattern-memo.ts";
import { planReturn } from "../../change/apply.ts";
import { plan, type Planned } from "../../change/plan.ts";
import { refuseErrors } from "../../change/verdict.ts";
import { compiling, type CompileOptions } from "../../compile/compile.ts";
import type { ReplayAnswer } from "../../model/api/replay.ts";
import type { Receipt } from "../../model/message/receipt.ts";
import type { Replayed, ReplayedPair } from "../../model/message/replay.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { partsOfRef } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import { lacksNamespace, type Operator } from "../operator/operator.ts";
import type { Documents } from "../register/documents-body.ts";

type Given = { readonly now: number } & Required<Pick<CompileOptions, "localMesh" | "meshDomain" | "hasSecret">>;

/** The snapshot that documents would make; errors in it refuse. */
export async function proposedMesh(
  store: Store,
  incoming: (Documents & { ok: true })["documents"],
  given: Given,
): Promise<Snapshot | Refusal> {
  const documents = incoming.map(({ document }) => document);
  const mesh = await store.mesh();
  return meshAfter(mesh, plan(mesh.documents, documents, { manager: "replay" }), incoming, given);
}

/** The snapshot that the return to a revision would make. */
export async function returnedMesh(
  store: Store,
  n: number,
  operator: Operator,
  given: Given,
): Promise<Snapshot | Refusal> {
  if ((await store.revision(n)) === null) {
    return { problem: "notFound", detail: `There is no revision ${n} to go back to.` };
  }
  const [mesh, past] = await Promise.all([store.mesh(), store.pastDocuments(n)]);
  const planned = planReturn(mesh.documents, past);
  // As for the return itself: who may not write it all is told nothing of it.
  const outside = planned.ok
    ? planned.plan.changes
        .filter(({ action }) => action !== "unchanged")
        .map(({ ref }) => lacksNamespace(operator, partsOfRef(ref).namespace))
        .find((one) => one !== null)
    : undefined;
  return outside ?? meshAfter(mesh, planned, [], given);
}

async function meshAfter(
  { head, documents, identities }: Awaited<ReturnType<Store["mesh"]>>,
  planned: Planned,
  incoming: (Documents & { ok: true })["documents"],
  { now, ...given }: Given,
): Promise<Snapshot | Refusal> {
  if (!planned.ok) {
    return planned.refusal;
  }
  const at = new Date(now).toISOString();
  const compiled = await inTurns(
    compiling(planned.plan.next, {
      revision: head.revision + 1,
      now: at,
      ...given,
      identities,
      createdAt: createdAtOf(documents, planned.plan.changes, at),
      previous: statusesOf(documents),
      compilePattern: patternMemo.compile,
    }),
  );
  return refuseErrors([...planned.plan.findings, ...compiled.findings], incoming) ?? compiled.snapshot;
}

/** Proofs that were bad, and those of users, cannot be shown again. */
const UNPROVABLE = /^SLV211\d$/;

export function canReplay({ caller, host, code }: Receipt): boolean {
  return caller !== "user" && host !== "" && !UNPROVABLE.test(code ?? "");
}

type Difference = ReplayAnswer["items"][number];

export function differencesOf(pairs: readonly ReplayedPair[]): Difference[] {
  const groups = new Map<
    string,
    { pair: ReplayedPair; kind: Difference["kind"]; requests: number; uncertain: number }
  >();
  for (const pair of pairs) {
    const kind = kindOf(pair.before, pair.after);
    if (kind === null) {
      continue;
    }
    const { receipt, before, after, isUncertain } = pair;
    const key = JSON.stringify([kind, receipt.caller, before.route, after.policy, after.destination]);
    const held = groups.get(key) ?? { pair, kind, requests: 0, uncertain: 0 };
    held.requests += 1;
    held.uncertain += isUncertain ? 1 : 0;
    groups.set(key, held);
  }
  return [...groups.values()].toSorted((a, b) => b.requests - a.requests).map(({ pair, ...of }) => shown(pair, of));
}

function kindOf(before: Replayed, after: Replayed): Difference["kind"] | null {
  const [was, is] = [isLetIn(before), isLetIn(after)];
  if (was && !is) {
    return after.stage === "limit" ? "limited" : "denied";
  }
  if (!was && is) {
    return "allowed";
  }
  if (before.destination !== after.destination && (before.destination !== null || after.destination !== null)) {
    return "rerouted";
  }
  return before.status === after.status && before.code === after.code ? null : "changed";
}

function isLetIn({ status }: Replayed): boolean {
  return status === null || status < 400;
}

function shown(
  { receipt, before, after }: ReplayedPair,
  { kind, requests, uncertain }: Pick<Difference, "kind" | "requests" | "uncertain">,
): Difference {
  const { requestId, at, method, host, path, caller } = receipt;
  const example = {
    requestId,
    at: new Date(at).toISOString(),
    method,
    host,
    path,
    before: side(before),
    after: side(after),
  };
  return { kind, caller, route: before.route, requests, uncertain, example };
}

function side({ status, stage, policy, code, route, destination }: Replayed) {
  return { status, decision: stage, policy, code, route, destination };
}
