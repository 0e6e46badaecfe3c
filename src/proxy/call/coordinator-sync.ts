// What the isolate remembers of each service beside its endpoints, and the reports that keep it in step with the service's
// coordinator. Reports go out behind answers; a request waits for one only where nothing it knows lets it go on.
import { newIsolateBreakers, type IsolateBreakers } from "../../decide/breaker/isolate.ts";
import { applyReply, isUnheard, reportFailed, syncDueIn, takeReport } from "../../decide/breaker/report.ts";
import { applyHealth, healthReport, newIsolateHealth, type IsolateHealth } from "../../decide/health/isolate.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Exchange, Ports } from "../exchange/exchange.ts";

interface Memory {
  readonly isolate: string;
  readonly books: Map<ServiceKey, IsolateBreakers>;
  /** Of services with a health check. */
  readonly health: Map<ServiceKey, IsolateHealth>;
  /** Services that a report is scheduled for. */
  readonly scheduled: Set<ServiceKey>;
}

/** One for each proxy, which is one for each isolate. Values only: requests share no promise. */
const memories = new WeakMap<Ports, Memory>();
/** How often a request that waits looks whether there is news. */
const LOOK_MS = 5;
/** An answer that takes longer is not waited for. */
const LONGEST_MS = 1000;

function memoryOf(ports: Ports): Memory {
  const known = memories.get(ports);
  if (known !== undefined) return known;
  const fresh: Memory = { isolate: ports.newId(), books: new Map(), health: new Map(), scheduled: new Set() };
  memories.set(ports, fresh);
  return fresh;
}

export function breakersOf(ports: Ports, service: ServiceKey): IsolateBreakers {
  const { books } = memoryOf(ports);
  const known = books.get(service);
  if (known !== undefined) return known;
  const fresh = newIsolateBreakers();
  books.set(service, fresh);
  return fresh;
}

export function healthOf(ports: Ports, service: ServiceKey): IsolateHealth {
  const { health } = memoryOf(ports);
  const known = health.get(service);
  if (known !== undefined) return known;
  const fresh = newIsolateHealth();
  health.set(service, fresh);
  return fresh;
}

/** A report that is due goes out behind the answer; one that is wanted, but not due yet, waits there for its time. */
export function reportSoon(exchange: Exchange, service: ServiceKey, book: IsolateBreakers): void {
  const { ports, ctx } = exchange;
  const dueInMs = syncDueIn(book, ports.now());
  const { scheduled } = memoryOf(ports);
  if (dueInMs === null || scheduled.has(service)) return;
  if (dueInMs === 0) ctx.waitUntil(report(exchange, service, book));
  else if (book.urgent || book.idle) {
    scheduled.add(service);
    const wait = ports.sleep(dueInMs).finally(() => scheduled.delete(service));
    ctx.waitUntil(wait.then(() => (syncDueIn(book, ports.now()) === 0 ? report(exchange, service, book) : undefined)));
  }
}

async function report(exchange: Exchange, service: ServiceKey, book: IsolateBreakers): Promise<void> {
  const { ports, env, live } = exchange;
  const sentAt = ports.now();
  const asked = takeReport(book, memoryOf(ports).isolate, sentAt);
  const { snapshot, endpoints } = live;
  const probed = snapshot.services[service]?.health;
  const page = healthOf(ports, service);
  const health = probed && healthReport(page, service, probed, endpoints.get(service) ?? [], snapshot.clusters);
  try {
    const reply = await env.BREAKER.getByName(service).sync(health === undefined ? asked : { ...asked, health });
    applyReply(book, reply, ports.now());
    if (health !== undefined && reply.health !== undefined) applyHealth(page, health, reply.health, sentAt);
    reportSoon(exchange, service, book);
  } catch {
    // The same report is sent again later; until then what is known holds, and grows old.
    reportFailed(book, ports.now());
  }
}

/**
 * One step of waiting for news: reports, when that is due, or lets a moment pass.
 *
 * @returns about how long it took, milliseconds; never 0
 */
export async function awaitNews(exchange: Exchange, service: ServiceKey, book: IsolateBreakers): Promise<number> {
  const { ports, ctx } = exchange;
  const beganAt = ports.now();
  const dueInMs = syncDueIn(book, beganAt);
  if (dueInMs !== 0) {
    const ms = Math.min(LOOK_MS, dueInMs ?? LOOK_MS);
    await ports.sleep(ms);
    return ms;
  }
  const reported = report(exchange, service, book);
  ctx.waitUntil(reported);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LONGEST_MS);
  await Promise.race([reported, late]);
  clearTimeout(timer);
  return Math.max(1, ports.now() - beganAt);
}

/** Waits until a report that leaves from now on is answered, or is known to come to nothing. */
export async function awaitAnswer(
  exchange: Exchange,
  service: ServiceKey,
  book: IsolateBreakers,
  mostMs: number,
): Promise<void> {
  const since = book.seq;
  for (let waitedMs = 0; waitedMs < mostMs && book.answeredSeq <= since && !isUnheard(book, exchange.ports.now());) {
    book.urgent = true;
    waitedMs += await awaitNews(exchange, service, book);
  }
}
