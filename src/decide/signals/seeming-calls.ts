// Which service seems to have called which, by failed requests that were kept: those of one trace, of which one was on
// its way while the other was. A trace is what callers say, and anyone may say it: a hint at a cause, never a proof.
import type { Receipt } from "../../model/message/receipt.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

type Failed = Pick<Receipt, "traceId" | "service" | "at" | "tookMs">;

export interface SeemingCall {
  /** Failed requests of the caller during which a call failed as well. */
  readonly failed: number;
  /** Of so many of its failed requests that were kept. */
  readonly of: number;
}

/** In more requests of one trace than that nobody can say who called whom, and the comparison has a bound. */
const MOST_OF_TRACE = 20;
/** Clocks of two isolates may differ by so much. */
const SLACK_MS = 50;
const FEWEST = 3;
const LEAST_SHARE = 0.5;

/** Callers, with whom they seem to call: where most of a caller's failures have a failed call in them. */
export function seemingCalls(failed: readonly Failed[]): Map<ServiceKey, Map<ServiceKey, SeemingCall>> {
  const named = failed.filter(({ service }) => service !== "");
  const found = new Map<ServiceKey, Map<ServiceKey, number>>();
  for (const those of Map.groupBy(named, ({ traceId }) => traceId).values()) {
    if (those.length > 1 && those.length <= MOST_OF_TRACE) {
      for (const [caller, callee] of pairsOf(those)) {
        const calls = found.get(caller) ?? new Map<ServiceKey, number>();
        found.set(caller, calls.set(callee, (calls.get(callee) ?? 0) + 1));
      }
    }
  }
  const kept = Map.groupBy(named, ({ service }) => service);
  return new Map(
    [...found].map(([caller, calls]) => {
      const of = kept.get(caller)?.length ?? 0;
      const told = [...calls].filter(([, count]) => count >= FEWEST && count >= LEAST_SHARE * of);
      return [caller, new Map(told.map(([callee, count]) => [callee, { failed: count, of }]))];
    }),
  );
}

/** Of one trace: each service once, with the one whose request was the shortest around its own. */
function pairsOf(those: readonly Failed[]): [caller: ServiceKey, callee: ServiceKey][] {
  const pairs = new Map<string, [ServiceKey, ServiceKey]>();
  for (const inner of those) {
    const [outer] = those
      .filter((one) => one.service !== inner.service && isAround(one, inner))
      .toSorted((a, b) => a.tookMs - b.tookMs);
    if (outer !== undefined) {
      pairs.set(`${outer.service} ${inner.service}`, [outer.service, inner.service]);
    }
  }
  return [...pairs.values()];
}

const isAround = (outer: Failed, inner: Failed): boolean =>
  outer.tookMs >= inner.tookMs &&
  inner.at >= outer.at - SLACK_MS &&
  inner.at + inner.tookMs <= outer.at + outer.tookMs + SLACK_MS;
