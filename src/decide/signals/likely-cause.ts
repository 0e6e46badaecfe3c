// What most likely made a service fail: everything that changed or stands out is scored by plain rules, and says which
// of them it met. No rule met = no cause is named.
import type { LikelyCause, MeshChange, SignalPart } from "../../model/api/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { partsOfPolicy, refOf } from "../../model/word/refs.ts";
import type { SeemingCall } from "./seeming-calls.ts";

interface CauseFacts {
  readonly service: ServiceKey;
  /** When it began, milliseconds since the epoch. */
  readonly onset: number;
  /** It had begun before the window did: what came in the window did not make it. */
  readonly isOlder?: boolean;
  readonly changes: readonly (MeshChange & { readonly atMs: number })[];
  /** Services that it calls. */
  readonly calls: ReadonlySet<ServiceKey>;
  /** Of those, the ones that fail as well, with when that began. */
  readonly failing: ReadonlyMap<ServiceKey, number>;
  /** Services that it seems to call, by traces alone. */
  readonly seeming: ReadonlyMap<ServiceKey, SeemingCall>;
  readonly versions: readonly SignalPart[];
  readonly endpoints: readonly SignalPart[];
  /** Whom limits refuse, where they refuse a noticeable share, by caller and policy. */
  readonly limited: readonly Limited[];
  /** Since when they refuse it, milliseconds since the epoch; null = they do not. */
  readonly limitedSince: number | null;
  /** Since when far more than usual are refused their proof or permission; null = they are not. */
  readonly deniedSince: number | null;
  /** How exact the onset is: it is the beginning of a step. */
  readonly stepMs: number;
}

interface Limited {
  readonly caller: string;
  readonly policy: string;
  readonly requests: number;
  /** It is known to call no more often than before. */
  readonly isAsBefore: boolean;
}

/** A change counts so long before the onset, and a little after it: a chance failure may date it too early. */
export const CAUSE_BEFORE_MS = 600_000;
const CAUSE_AFTER_MS = 30_000;
/** Isolates tell of so much at a time, and all of it is counted where it began: a step may be early by it. */
const REPORT_MS = 3_000;
const CLOSE_MS = 60_000;
const NEAR_MS = 300_000;

const SAME_SERVICE = 3;
const SAME_ENDPOINT = 2;
const NEIGHBOUR = 2;
const WHOLE_MESH = 1;
const SPLIT = 3;
/** A service that is called and fails is nearer to the cause than whatever was changed here. */
const FAILING_CALLEE = 7;
/** By traces, which callers make up as they like: less than what is known. */
const SEEMING_CALLEE = 5;
const FAILED_FIRST = 2;
const ONE_ENDPOINT = 3;
/** Seen in the requests themselves: before a change that only came close. */
const LOUD_CALLER = 6;
/** Who calls as before, and is held back by a limit that was just changed, is not too loud. */
const CHANGED_LIMIT = 4;
const LEAST_SCORE = 3;
const MOST_CAUSES = 3;
const DENIED = 3;
const LOUD_SHARE = 0.5;
const WORSE_TIMES = 3;
const WORSE_PERCENT = 5;

/** Changes that may have put a version before callers. */
const SPLITTING: ReadonlySet<MeshChange["kind"]> = new Set(["revision", "override", "rollout"]);

/** What somebody or the clock did came before what it made fail; what was noticed, a little after. */
const DONE: ReadonlySet<MeshChange["kind"]> = new Set(["revision", "override", "rollout", "drain", "key"]);

type Why = readonly [points: number, why: string];

/** The likeliest first. */
export function likelyCauses(facts: CauseFacts): LikelyCause[] {
  const { service, onset, changes, failing, versions, endpoints, limited, deniedSince, calls, seeming } = facts;
  const tightened = changedLimit(limited);
  const isLimit = (change: MeshChange): boolean => tightened !== null && namesDocument(change, tightened);
  // A key explains who is refused and a limit who is held back, whatever else goes wrong here, and nothing else.
  const begun = (change: MeshChange): number =>
    (change.kind === "key" ? deniedSince : isLimit(change) ? facts.limitedSince : null) ?? onset;
  const latest = (change: MeshChange): number =>
    begun(change) + (facts.isOlder === true && change.kind !== "key" ? 0 : CAUSE_AFTER_MS);
  const timed = (change: CauseFacts["changes"][number]): Why | null => {
    const beforeMs = begun(change) - change.atMs;
    return DONE.has(change.kind) && -beforeMs > facts.stepMs + REPORT_MS ? null : timeScore(beforeMs);
  };
  const split = outlier(versions);
  const found = changes
    .filter((one) => !isSymptom(one) && (one.kind !== "key" || deniedSince !== null))
    .filter((one) => one.atMs >= begun(one) - CAUSE_BEFORE_MS && one.atMs <= latest(one))
    .map((change) => {
      const isOwn = change.service === service;
      const near: Why | null = isOwn
        ? ownScore(change)
        : change.service === null
          ? [WHOLE_MESH, "it is about more than one service"]
          : calls.has(change.service)
            ? [NEIGHBOUR, `this service calls ${change.service}`]
            : null;
      const isSplit = isOwn && split !== null && SPLITTING.has(change.kind);
      const why = [
        near,
        isSplit ? ([SPLIT, splitText("version", split)] as const) : null,
        isLimit(change)
          ? ([CHANGED_LIMIT, "it is the limit, and who is refused calls as often as before"] as const)
          : null,
        change.kind === "key" ? ([DENIED, "requests are refused their proof"] as const) : null,
        near === null ? null : timed(change),
      ];
      return causeOf(change.title, change.at, change.kind, why);
    });
  for (const [callee, since] of failing) {
    const isFirst = since <= onset + CAUSE_AFTER_MS;
    const first: Why | null = isFirst ? [FAILED_FIRST, "that began no later"] : null;
    const seems = seeming.get(callee);
    const called: Why =
      calls.has(callee) || seems === undefined
        ? [FAILING_CALLEE, "this service calls it"]
        : [SEEMING_CALLEE, `${seems.failed} of ${seems.of} failed requests seem to have called it, by their trace`];
    found.push(causeOf(`${callee} fails`, null, "dependency", [called, first]));
  }
  if (split !== null) {
    found.push(causeOf(`version ${split.worst.name} fails`, null, "version", [[SPLIT, splitText("version", split)]]));
  }
  const endpoint = outlier(endpoints);
  if (endpoint !== null) {
    const why: Why = [ONE_ENDPOINT, splitText("endpoint", endpoint)];
    found.push(causeOf(`endpoint ${endpoint.worst.name} fails`, null, "endpoint", [why]));
  }
  const loud = loudest(limited);
  if (loud !== null) {
    const { caller, policy, percent } = loud;
    const why: Why = [LOUD_CALLER, `${percent} % of what limits refuse is its`];
    found.push(causeOf(`${caller} calls more often than ${policy} lets it`, null, "caller", [why]));
  }
  return found
    .filter(({ score }) => score >= LEAST_SCORE)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_CAUSES);
}

/** What the mesh does because a service fails does not make it fail. */
const isSymptom = ({ kind, actor, title }: MeshChange): boolean =>
  actor === null &&
  (kind === "breaker" || kind === "ejection" || (kind === "rollout" && title.includes("rolled-back")));

const ownScore = ({ kind }: MeshChange): Why =>
  kind === "health" ? [SAME_ENDPOINT, "it is an endpoint of this service"] : [SAME_SERVICE, "it is about this service"];

function causeOf(
  title: string,
  at: string | null,
  kind: LikelyCause["kind"],
  scored: readonly (Why | null)[],
): LikelyCause {
  const met = scored.filter((one) => one !== null);
  const score = met.reduce((sum, [points]) => sum + points, 0);
  return { title, kind, at, score, why: met.map(([points, why]) => `${why} (${points})`) };
}

function timeScore(beforeMs: number): Why | null {
  if (beforeMs <= CLOSE_MS) {
    return [2, "it came within a minute of it"];
  }
  return beforeMs <= NEAR_MS ? [1, "it came within five minutes before it"] : null;
}

interface Split {
  readonly worst: SignalPart;
  readonly best: SignalPart;
}

/** One of several fails much more than the best of the others; null = they are alike, or there is only one. */
function outlier(parts: readonly SignalPart[]): Split | null {
  const sorted = parts
    .filter(({ signals }) => signals.requests >= WORSE_PERCENT)
    .toSorted((a, b) => b.signals.errorPercent - a.signals.errorPercent);
  const [worst, best] = [sorted[0], sorted.at(-1)];
  if (worst === undefined || best === undefined || worst === best) {
    return null;
  }
  const isWorse =
    worst.signals.errorPercent >= WORSE_PERCENT &&
    worst.signals.errorPercent >= WORSE_TIMES * best.signals.errorPercent;
  return isWorse ? { worst, best } : null;
}

/** What refuses those who call as before, where they are most of the refused; null = they are not. */
function changedLimit(limited: CauseFacts["limited"]): string | null {
  const usual = limited.filter(({ isAsBefore }) => isAsBefore);
  const sum = (those: CauseFacts["limited"]): number => those.reduce((total, { requests }) => total + requests, 0);
  const [most] = [...Map.groupBy(usual, ({ policy }) => policy)].toSorted(([, a], [, b]) => sum(b) - sum(a));
  if (most === undefined || sum(usual) <= LOUD_SHARE * sum(limited)) {
    return null;
  }
  const { kind, namespace, name } = partsOfPolicy(most[0]);
  return refOf(kind, namespace, name);
}

const namesDocument = ({ title }: MeshChange, ref: string): boolean => title.split(/[ ,:]+/).includes(ref);

const splitText = (what: string, { worst, best }: Split): string =>
  `${shortPercent(worst)} % of ${what} ${worst.name} fail, ${shortPercent(best)} % of ${best.name}`;

const shortPercent = ({ signals }: SignalPart): number => Number(signals.errorPercent.toFixed(1));

/** Who has more than half of what limits refuse. */
function loudest(limited: CauseFacts["limited"]) {
  const total = limited.reduce((sum, { requests }) => sum + requests, 0);
  const [worst] = [...Map.groupBy(limited, ({ caller }) => caller)]
    .map(([caller, those]) => ({ caller, those, requests: those.reduce((sum, one) => sum + one.requests, 0) }))
    .toSorted((a, b) => b.requests - a.requests);
  if (worst === undefined || worst.requests <= LOUD_SHARE * total) {
    return null;
  }
  const [first] = worst.those.toSorted((a, b) => b.requests - a.requests);
  return {
    caller: worst.caller,
    policy: first?.policy ?? "a limit",
    percent: Math.round((100 * worst.requests) / total),
  };
}
