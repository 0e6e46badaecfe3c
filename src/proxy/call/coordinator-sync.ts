// What the isolate remembers of each service beside its endpoints, and the reports that keep it in step with the
// service's coordinator. Reports go out behind answers; a request waits for one only where nothing it knows lets it go
// on.
import { withDeadline } from "../../bounded/deadline.ts";
import {
  applyBreakers,
  breakersDueIn,
  breakersRejected,
  reportBreakers,
  type IsolateBreakers,
} from "../../decide/breaker/isolate.ts";
import { isSilent } from "../../decide/fleet/sync.ts";
import { applyHealth, reportHealth } from "../../decide/health/isolate.ts";
import { healthOf } from "../../isolate/breaker-memory.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Exchange } from "../exchange/exchange.ts";

/** How often a request that waits looks whether there is news. */
const LOOK_MS = 5;
/** An answer that takes longer is not waited for. */
const LONGEST_MS = 1000;

/** A report that is due goes out behind the answer; one that is wanted, but not due yet, waits there for its time. */
export function reportSoon(
  exchange: Exchange,
  service: ServiceKey,
  breakers: IsolateBreakers,
  now = exchange.ports.now(),
): void {
  const { ports, ctx } = exchange;
  const { scheduled } = exchange.state.breakers;
  const dueInMs = breakersDueIn(breakers, now);
  // One whose request was cancelled never went out: its time has passed.
  if (dueInMs === null || (scheduled.get(service) ?? -Infinity) > now) {
    return;
  }
  if (dueInMs === 0) {
    ctx.waitUntil(report(exchange, service, breakers));
  } else if (breakers.urgent || breakers.idle) {
    scheduled.set(service, now + dueInMs + 1);
    const wait = ports.sleep(dueInMs).finally(() => scheduled.delete(service));
    ctx.waitUntil(
      wait.then(() => (breakersDueIn(breakers, ports.now()) === 0 ? report(exchange, service, breakers) : undefined)),
    );
  }
}

async function report(exchange: Exchange, service: ServiceKey, breakers: IsolateBreakers): Promise<void> {
  const { ports, env, live, state } = exchange;
  const sentAt = ports.now();
  const asked = reportBreakers(breakers, state.id, sentAt);
  const { snapshot, endpoints } = live;
  const probed = snapshot.services[service]?.health;
  const known = healthOf(state.breakers, service);
  const health = probed && reportHealth(known, service, probed, endpoints.get(service) ?? [], snapshot.clusters);
  try {
    const reply = await env.BREAKER.getByName(service).sync(health === undefined ? asked : { ...asked, health });
    applyBreakers(breakers, reply, ports.now());
    if (health !== undefined && reply.health !== undefined) {
      applyHealth(known, health, reply.health, sentAt);
    }
    reportSoon(exchange, service, breakers);
  } catch {
    // The same report is sent again later; until then what is known holds, and grows old.
    breakersRejected(breakers, asked.seq, ports.now());
  }
}

/**
 * One step of waiting for news: reports, when that is due, or lets a moment pass.
 *
 * @returns about how long it took, milliseconds; never 0
 */
export async function awaitNews(exchange: Exchange, service: ServiceKey, breakers: IsolateBreakers): Promise<number> {
  const { ports, ctx } = exchange;
  const beganAt = ports.now();
  const dueInMs = breakersDueIn(breakers, beganAt);
  if (dueInMs !== 0) {
    const ms = Math.min(LOOK_MS, dueInMs ?? LOOK_MS);
    await ports.sleep(ms);
    return ms;
  }
  const reported = report(exchange, service, breakers);
  ctx.waitUntil(reported);
  await withDeadline(reported, LONGEST_MS);
  return Math.max(1, ports.now() - beganAt);
}

/** Waits until a report that leaves from now on is answered, or is known to come to nothing. */
export async function awaitAnswer(
  exchange: Exchange,
  service: ServiceKey,
  breakers: IsolateBreakers,
  mostMs: number,
): Promise<void> {
  const since = breakers.sync.seq;
  for (
    let waitedMs = 0;
    waitedMs < mostMs && breakers.sync.answeredSeq <= since && !isSilent(breakers.sync, exchange.ports.now());
  ) {
    breakers.urgent = true;
    waitedMs += await awaitNews(exchange, service, breakers);
  }
}
