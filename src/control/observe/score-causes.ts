// Since when services that do not do well have been so, and what most likely made them so: the few worst, by what was
// counted and what was changed. Pure.
import { deniedMore } from "../../decide/signals/denials.ts";
import { isHeldBack } from "../../decide/signals/endings.ts";
import type { seemingCalls } from "../../decide/signals/seeming-calls.ts";
import { onsetOf } from "../../decide/signals/onset.ts";
import { likelyCauses } from "../../decide/signals/likely-cause.ts";
import { callingAsBefore } from "../../decide/signals/usual-callers.ts";
import { partsBy } from "../../decide/signals/golden.ts";
import type { LikelyCause, MeshChange, ServiceSignals } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { declaredCalls } from "./declared-calls.ts";
import { nodeOfCaller } from "./graph-node.ts";

const MOST_LOOKED_INTO = 20;
const MOST_PARTS = 50;

interface Found {
  readonly since: string | null;
  readonly until: string | null;
  readonly likely: readonly LikelyCause[];
}

interface Asked {
  readonly question: { readonly from: number; readonly stepMs: number };
  readonly windowMs: number;
}

interface Counted {
  readonly rows: readonly SignalRow[];
  /** Of the window before. */
  readonly before: readonly SignalRow[];
  /** RFC 3339: nothing was counted earlier; null = nothing was at all. */
  readonly countedSince: string | null;
}

export const isIll = ({ state }: ServiceSignals): boolean => state === "failing" || state === "degraded";

type DeclaredCall = Pick<ReturnType<typeof declaredCalls>[number], "from" | "service">;

interface KnownCalls {
  /** Those that documents speak of. */
  readonly declared: readonly DeclaredCall[];
  readonly seeming: ReturnType<typeof seemingCalls>;
}

export function causesOf(
  asked: Asked,
  services: readonly ServiceSignals[],
  { rows, before, countedSince }: Counted,
  changes: readonly MeshChange[],
  { declared, seeming }: KnownCalls,
): Map<ServiceKey, Found> {
  const { from, stepMs } = asked.question;
  const keyOf = ({ namespace, name }: ServiceSignals): ServiceKey => serviceKey(namespace, name);
  const ill = services.filter(isIll).slice(0, MOST_LOOKED_INTO);
  const onsets = new Map(ill.map((one) => [keyOf(one), onsetOf(one.series, one.before)]));
  const calls = callsOf(rows, declared);
  const byService = Map.groupBy(rows, ({ service }) => service);
  const byServiceBefore = Map.groupBy(before, ({ service }) => service);
  const beforeMs = countedSince === null ? 0 : from - Math.max(Date.parse(countedSince), from - asked.windowMs);
  const timed = changes.map((one) => Object.assign({ atMs: Date.parse(one.at) }, one));
  const one = (service: ServiceSignals): Found => {
    const key = keyOf(service);
    const began = onsets.get(key) ?? null;
    const until = began?.until ?? null;
    const since = until === null ? (began?.since ?? null) : null;
    const own = byService.get(key) ?? [];
    const callees = calls.get(key) ?? new Set();
    const seems = seeming.get(key) ?? new Map<ServiceKey, never>();
    const failing = [...new Set([...callees, ...seems.keys()])].flatMap((callee): [ServiceKey, number][] => {
      const theirs = onsets.get(callee) ?? null;
      return theirs?.until === null ? [[callee, Date.parse(theirs.since)]] : [];
    });
    const isLong = began !== null && isOlder(service, began.since);
    // What began before the window is not seen to begin: nothing tells who became louder then.
    const usual = isLong
      ? new Set<string>()
      : callingAsBefore(own, byServiceBefore.get(key) ?? [], Math.max(0, beforeMs) / asked.windowMs);
    const heldBackSince = limitedSince(service, began?.since ?? null, from);
    const part = (label: (row: SignalRow) => string) => partsBy(own, label, asked.windowMs, MOST_PARTS);
    const likely = likelyCauses({
      service: key,
      // What is over was made by what came before it, and by nothing that came since.
      onset: began === null ? from : Date.parse(began.since),
      isOlder: isLong,
      changes: timed,
      calls: callees,
      failing: new Map(failing),
      seeming: seems,
      versions: part(({ version }) => version),
      endpoints: part(({ endpoint }) => endpoint),
      limited: heldBackSince === null ? [] : limitedOf(own, usual),
      limitedSince: heldBackSince,
      deniedSince: deniedSince(service, began?.since ?? null),
      stepMs,
    });
    return { since, until, likely };
  };
  return new Map(ill.map((service) => [keyOf(service), one(service)]));
}

/** It goes wrong from the first step on, and did in the window before. */
function isOlder({ series, before }: ServiceSignals, since: string): boolean {
  const { errors, limited, denied } = before;
  return series.find(({ requests }) => requests > 0)?.at === since && errors + limited + denied > 0;
}

/** Of those that are refused still, or were while it went wrong. */
function deniedSince(service: ServiceSignals, began: string | null): number | null {
  const denials = deniedMore(service);
  const isPast = denials !== null && denials.until !== null && began !== null && denials.until <= began;
  return denials === null || isPast ? null : Date.parse(denials.since);
}

/** Limits refused more than one in a hundred since it began: what they refused before that did not make it. */
function limitedSince({ signals, series }: ServiceSignals, began: string | null, from: number): number | null {
  const steps =
    began === null ? [{ ...signals, at: new Date(from).toISOString() }] : series.filter(({ at }) => at >= began);
  const sum = (of: "limited" | "requests"): number => steps.reduce((total, step) => total + step[of], 0);
  const first = steps.find(({ limited, requests }) => limited * 100 > requests);
  return first === undefined || sum("limited") * 100 <= sum("requests") ? null : Date.parse(first.at);
}

function limitedOf(rows: readonly SignalRow[], usual: ReadonlySet<string>) {
  return rows.filter(isHeldBack).map(({ caller, policy, count }) => ({
    caller,
    policy: policy === "" ? "the service itself" : policy,
    requests: count,
    isAsBefore: usual.has(caller),
  }));
}

/** Which services each service calls, as was seen and as documents say. */
function callsOf(rows: readonly SignalRow[], declared: readonly DeclaredCall[]): Map<ServiceKey, Set<ServiceKey>> {
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
  for (const { from, service } of declared) {
    note(from, service);
  }
  return calls;
}
