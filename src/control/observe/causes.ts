// Since when a service that does not do well has been so, and what most likely made it so: looked into for the few
// worst.
import { onsetOf } from "../../decide/signals/onset.ts";
import { CAUSE_BEFORE_MS, likelyCauses } from "../../decide/signals/likely-cause.ts";
import { partsBy } from "../../decide/signals/golden.ts";
import type { Env } from "../../env/env.ts";
import type { LikelyCause, ServiceSignals } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import type { ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import type { Operator } from "../operator/operator.ts";
import { declaredCalls } from "./declared-calls.ts";
import { nodeOfCaller } from "./graph-node.ts";
import { readChanges } from "./read-changes.ts";
import type { Asked } from "./window.ts";

const MOST_LOOKED_INTO = 20;
const MOST_PARTS = 50;

interface Found {
  readonly since: string | null;
  readonly likely: readonly LikelyCause[];
}

export const isIll = ({ state }: ServiceSignals): boolean => state === "failing" || state === "degraded";

interface Around {
  readonly store: Store;
  readonly env: Env;
  readonly operator: Operator;
}

/** Changes are read for this alone: nobody asks for them while all is well. */
export async function lookInto(
  asked: Asked,
  services: readonly ServiceSignals[],
  rows: readonly SignalRow[],
  { store, env, operator }: Around,
): Promise<Map<ServiceKey, Found>> {
  const { from, to } = asked.question;
  const { revision } = await store.head();
  const [changes, snapshot] = await Promise.all([
    readChanges(store, env, { from: from - CAUSE_BEFORE_MS, to }, operator, asked.covers),
    store.snapshot(revision),
  ]);
  const keyOf = ({ namespace, name }: ServiceSignals): ServiceKey => serviceKey(namespace, name);
  const ill = services.filter(isIll).slice(0, MOST_LOOKED_INTO);
  const onsets = new Map(ill.map((one) => [keyOf(one), onsetOf(one.series)]));
  const calls = callsOf(rows, snapshot);
  const byService = Map.groupBy(rows, ({ service }) => service);
  const timed = changes.items.map((one) => Object.assign({ atMs: Date.parse(one.at) }, one));
  const one = (service: ServiceSignals): Found => {
    const key = keyOf(service);
    const since = onsets.get(key) ?? null;
    const own = byService.get(key) ?? [];
    const callees = calls.get(key) ?? new Set();
    const failing = [...callees].flatMap((callee): [ServiceKey, number][] => {
      const began = onsets.get(callee) ?? null;
      return began === null ? [] : [[callee, Date.parse(began)]];
    });
    const part = (label: (row: SignalRow) => string) => partsBy(own, label, asked.windowMs, MOST_PARTS);
    const likely = likelyCauses({
      service: key,
      onset: since === null ? from : Date.parse(since),
      changes: timed,
      calls: callees,
      failing: new Map(failing),
      versions: part(({ version }) => version),
      endpoints: part(({ endpoint }) => endpoint),
      callers: part(({ caller }) => caller),
      isLimited: service.signals.limited * 100 > service.signals.requests,
    });
    return { since, likely };
  };
  return new Map(ill.map((service) => [keyOf(service), one(service)]));
}

/** Which services each service calls, as was seen and as documents say. */
function callsOf(rows: readonly SignalRow[], snapshot: Snapshot | null): Map<ServiceKey, Set<ServiceKey>> {
  const calls = new Map<ServiceKey, Set<ServiceKey>>();
  const note = ({ kind, namespace, name }: ReturnType<typeof nodeOfCaller>, service: ServiceKey): void => {
    if (kind === "service" && namespace !== null) {
      const caller = serviceKey(namespace, name);
      calls.set(caller, (calls.get(caller) ?? new Set()).add(service));
    }
  };
  for (const { caller, service } of rows) {
    note(nodeOfCaller(caller), service);
  }
  for (const { from, service } of snapshot === null ? [] : declaredCalls(snapshot)) {
    note(from, service);
  }
  return calls;
}
