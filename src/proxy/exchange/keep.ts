// Who wants to hear of a request that has ended: the log, or operators. Kept for them are those that the mesh refused
// or that failed, slow ones, and a share of all. A request that nobody wants to hear of pays for a comparison.
import { accessLine } from "../../observe/export/access-line.ts";
import { watchersOf } from "../../decide/trace/watching.ts";
import { settingsOf } from "../../env/settings.ts";
import type { KeptFor } from "../../model/message/receipt.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { newCollector, type Collected, type Collector } from "../../observe/collector.ts";
import { hasRoom, hasRoomToWatch, isSampled, put } from "../../observe/keeping.ts";
import { exportItems } from "../../observe/export/send.ts";
import { TRACES } from "../../observe/export/traces.ts";
import { writeAccess } from "./access-log.ts";
import { endedRequest, heldAt, readBy, servedBy, type Ending } from "./ended-request.ts";
import { receiptDigest } from "./receipt-digest.ts";
import type { Counting, Ended, Exchange, Trace } from "./exchange.ts";

/** What a request is decided with, and what is known of it before it is admitted. */
interface Tracing extends Counting {
  readonly trace: Trace | undefined;
  readonly asked: { readonly requestId: string; readonly method: string };
}

/** A service answered. */
export function keepAnswer(exchange: Exchange, { id }: Endpoint, status: number, endedAtMs: number): void {
  const { settings, startedAtMs, trace, state } = exchange;
  const tookMs = endedAtMs - startedAtMs;
  const isOrdinary = status < 500 && tookMs < settings.slowMs && trace === undefined;
  if (isOrdinary && settings.accessEvery === 0 && state.keeping.watches.length === 0) {
    return;
  }
  const keptFor = status >= 500 ? "error" : (wordOfShare(trace) ?? (tookMs < settings.slowMs ? null : "slow"));
  tellOf(tracingOf(exchange), exchange, keptFor, { startedAtMs, tookMs, status, endpoint: id, by: "forwarded" });
}

/** Another proxy was told that the request may go on. */
export function keepAllowed(exchange: Exchange): void {
  const { settings, ports, startedAtMs, trace, state } = exchange;
  if (trace === undefined && settings.accessEvery === 0 && state.keeping.watches.length === 0) {
    return;
  }
  const tookMs = ports.now() - startedAtMs;
  const outcome: Ending = { startedAtMs, tookMs, status: 200, endpoint: null, by: "allowed" };
  tellOf(tracingOf(exchange), exchange, wordOfShare(trace), outcome);
}

/** The mesh answered itself. @param exchange null = the walk ended before there was one */
export function keepOwn(
  around: Tracing,
  exchange: Exchange | null,
  ended: Ended,
  status: number,
  startedAtMs: number,
): void {
  const isRefused = ended.no instanceof Response || "problem" in ended.no;
  const keptFor = status >= 500 ? "error" : isRefused ? "refused" : wordOfShare(around.trace);
  const tookMs = around.ports.now() - startedAtMs;
  tellOf(around, exchange, keptFor, { startedAtMs, tookMs, status, endpoint: null, by: ended });
}

/** The trace of a request: null = it is not one of the share. */
export function sampled(
  { state, env, ports }: Counting,
  traceparent: string | null,
  startedAtMs: number,
  pass: Collected["asked"] = null,
): Trace | undefined {
  const isOfShare = isSampled(state.keeping, settingsOf(env).traceEvery);
  if (env.REQUESTS === undefined || (!isOfShare && pass === null)) {
    return undefined;
  }
  // One of the share is kept wherever it goes.
  return newCollector(traceparent, startedAtMs, ports.now, isOfShare ? null : pass);
}

function wordOfShare(trace: Trace | undefined): "sampled" | "asked" | null {
  const collected = collectedOf(trace);
  return collected === null ? null : collected.asked === null ? "sampled" : "asked";
}

function collectedOf(trace: Trace | undefined): Collected | null {
  return trace !== undefined && isCollector(trace) ? trace.collected : null;
}

function isCollector(trace: Trace): trace is Collector {
  return "collected" in trace;
}

function tracingOf({ state, env, ctx, ports, trace, admitted }: Exchange): Tracing {
  return { state, env, ctx, ports, trace, asked: admitted };
}

function tellOf(around: Tracing, exchange: Exchange | null, keptFor: KeptFor | null, outcome: Ending): void {
  const { state, env, asked, trace, ports } = around;
  const { keeping, logging } = state;
  const isLogged = isSampled(logging, settingsOf(env).accessEvery);
  const namespace = exchange === null ? "" : partsOfKey(servedBy(exchange)).namespace;
  const isMeant = keptFor !== "asked" || isAskedOf(namespace, collectedOf(trace));
  const isKept = keptFor !== null && isMeant && env.REQUESTS !== undefined && hasRoom(keeping, namespace);
  const isWatched = keeping.watches.length > 0 && env.REQUESTS !== undefined;
  if (!isLogged && !isKept && !isWatched) {
    return;
  }
  const ended = endedRequest(asked, exchange, outcome, collectedOf(trace));
  if (isLogged) {
    writeAccess(around, accessLine(ended));
  }
  const watchers = isWatched ? watchersOf(keeping.watches, ended, namespace, ports.now()) : [];
  if (isKept) {
    const held = exchange === null ? {} : heldAt(exchange);
    const read = exchange === null ? [] : readBy(exchange);
    keep(around, namespace, { receipt: { ...ended, keptFor, held }, read }, watchers);
  } else if (watchers.length > 0) {
    const shown = { receipt: { ...ended, keptFor: "watched", held: {} }, read: [] } as const;
    keep(around, namespace, hasRoomToWatch(keeping, namespace) ? shown : null, watchers);
  }
}

/** An operator has those traced that go to namespaces of theirs. */
const isAskedOf = (namespace: string, collected: Collected | null): boolean =>
  collected?.asked?.namespaces?.includes(namespace) ?? true;

function keep(
  { state, env, ctx, ports }: Tracing,
  namespace: string,
  draft: Parameters<typeof put>[2],
  watchers: readonly string[],
): void {
  const requests = env.REQUESTS;
  if (requests === undefined) {
    return;
  }
  put(state.keeping, namespace, draft, watchers, {
    requests,
    ctx,
    ports,
    digest: async (value) => {
      const keys = await ports.keys(env, ctx, ports.now());
      return keys === null ? null : receiptDigest(keys.pepper, value);
    },
    also: async (receipts) => {
      const { otlp, trustDomain } = settingsOf(env);
      if (otlp !== null) {
        const { now, random, sleep, fetch } = ports;
        await exportItems(state.exporting, receipts, TRACES, { ...otlp, mesh: trustDomain, now, random, sleep, fetch });
      }
    },
  });
}
