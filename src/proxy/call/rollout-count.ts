// How a dealt request's first try ended, for the Rollout's controller: a service's failure counts, whatever a retry
// makes of it, and what is the caller's own doing (4xx, an upload that breaks off, hanging up) does not. Reports go out
// behind answers; one that does not arrive changes nothing for a request.
import { countCall, countKeptBack, tallyTold, tellTally, type RolloutTally } from "../../decide/rollout/isolate.ts";
import { hearShare, tallyOf } from "../../isolate/rollout-memory.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Dealt, Exchange } from "../exchange/exchange.ts";

/** A wait that is so much over its time is not one any more. */
const GRACE_MS = 1000;
const LONGEST_MS = 30_000;

/** @param tookMs until the head of the answer; null = it failed */
export function countDealt(
  exchange: Exchange,
  service: ServiceKey,
  { share, by, isCanary, place }: Dealt,
  tookMs: number | null,
): void {
  if (share === null || !share.isWatched || (by !== "caller" && by !== "draw")) {
    return;
  }
  const tally = tallyOf(exchange.state.rollouts, service);
  countCall(tally, share, { isCanary, place: by === "caller" ? place : null }, tookMs);
  tellSoon(exchange, service, tally);
}

/** The canary's breaker kept a request back. */
export function noteKeptBack(exchange: Exchange, service: ServiceKey, { share }: Pick<Dealt, "share">): void {
  if (share !== null && share.isWatched) {
    const tally = tallyOf(exchange.state.rollouts, service);
    countKeptBack(tally, share);
    tellSoon(exchange, service, tally);
  }
}

function tellSoon(exchange: Exchange, service: ServiceKey, tally: RolloutTally): void {
  const { ports, ctx, env } = exchange;
  const now = ports.now();
  if (env.ROLLOUT === undefined || now < tally.waitsUntil) {
    return;
  }
  tally.waitsUntil = now + tally.nextMs + GRACE_MS;
  ctx.waitUntil(ports.sleep(tally.nextMs).then(() => tell(exchange, service, tally)));
}

/** Sends all there is. Never rejects. */
async function tell({ env, state }: Exchange, service: ServiceKey, tally: RolloutTally): Promise<void> {
  tally.waitsUntil = Number.NEGATIVE_INFINITY;
  const report = tellTally(tally, service, state.id);
  if (report === null || env.ROLLOUT === undefined) {
    return;
  }
  try {
    const { nextMs, share } = await env.ROLLOUT.getByName(service).take(report);
    tallyTold(tally, report);
    tally.nextMs = Math.min(LONGEST_MS, nextMs);
    if (share !== null) {
      hearShare(state.rollouts, service, share);
    }
  } catch {
    // It is sent again with the next.
  }
}
