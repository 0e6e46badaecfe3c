// Which requests are kept for operators: those that the mesh refused or that failed, slow ones, and a share of all. A
// request that is not kept pays for a comparison.
import { authorityText } from "../../decide/route/authority.ts";
import { readsOf } from "../../decide/route/reads.ts";
import { settingsOf } from "../../env/settings.ts";
import type { KeptFor, Receipt } from "../../model/message/receipt.ts";
import { problems } from "../../model/word/problem.ts";
import type { PolicyTables } from "../../model/snapshot/policies.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { newCollector, uncollected, type Collected, type Collector } from "../../observe/collector.ts";
import { hasRoom, isSampled, put, type KeptRequest } from "../../observe/keeping.ts";
import { exportSpans } from "../../observe/otlp.ts";
import { receiptDigest } from "./receipt-digest.ts";
import type { Counting, Ended, Exchange, Trace } from "./exchange.ts";

/** What a request is decided with, and what is known of it before it is admitted. */
interface Tracing extends Counting {
  readonly trace: Trace | undefined;
  readonly asked: { readonly requestId: string; readonly method: string };
}

/** A service answered. */
export function keepAnswer(exchange: Exchange, { id }: Endpoint, status: number, endedAtMs: number): void {
  const { env, settings, ports, startedAtMs, trace } = exchange;
  const tookMs = endedAtMs - startedAtMs;
  if (env.REQUESTS === undefined || (status < 500 && tookMs < settings.slowMs && trace === undefined)) {
    return;
  }
  const keptFor = status >= 500 ? "error" : collectedOf(trace) === null ? "slow" : "sampled";
  if (keptFor === "slow" && tookMs < settings.slowMs) {
    return;
  }
  keep({ env, ports, trace, ctx: exchange.ctx, state: exchange.state, asked: exchange.admitted }, exchange, {
    keptFor,
    tookMs,
    status,
    endpoint: id,
    ended: null,
    startedAtMs,
  });
}

/** The mesh answered itself. @param exchange null = the walk ended before there was one */
export function keepOwn(
  around: Tracing,
  exchange: Exchange | null,
  ended: Ended,
  status: number,
  startedAtMs: number,
): void {
  if (around.env.REQUESTS === undefined) {
    return;
  }
  const isRefused = ended.no instanceof Response || "problem" in ended.no;
  const keptFor =
    status >= 500 ? "error" : isRefused ? "refused" : collectedOf(around.trace) === null ? null : "sampled";
  if (keptFor !== null) {
    keep(around, exchange, {
      keptFor,
      tookMs: around.ports.now() - startedAtMs,
      status,
      endpoint: null,
      ended,
      startedAtMs,
    });
  }
}

/** The trace of a request: null = it is not one of the share. */
export function sampled(
  { state, env, ports }: Counting,
  traceparent: string | null,
  startedAtMs: number,
): Trace | undefined {
  if (env.REQUESTS === undefined || !isSampled(state.keeping, settingsOf(env).traceEvery)) {
    return undefined;
  }
  return newCollector(traceparent, startedAtMs, ports.now);
}

function collectedOf(trace: Trace | undefined): Collected | null {
  return trace !== undefined && isCollector(trace) ? trace.collected : null;
}

function isCollector(trace: Trace): trace is Collector {
  return "collected" in trace;
}

interface Outcome {
  readonly keptFor: KeptFor;
  readonly tookMs: number;
  readonly status: number;
  readonly endpoint: string | null;
  readonly ended: Ended | null;
  readonly startedAtMs: number;
}

function keep(around: Tracing, exchange: Exchange | null, outcome: Outcome): void {
  const { state, env, ctx, ports } = around;
  const requests = env.REQUESTS;
  const namespace = exchange === null ? "" : partsOfKey(serviceOf(exchange)).namespace;
  if (requests === undefined || !hasRoom(state.keeping, namespace)) {
    return;
  }
  put(state.keeping, namespace, draftOf(around, exchange, outcome), {
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
        const { now, sleep, fetch } = ports;
        await exportSpans(state.exporting, receipts, { ...otlp, mesh: trustDomain, now, sleep, fetch });
      }
    },
  });
}

function draftOf(around: Tracing, exchange: Exchange | null, outcome: Outcome): KeptRequest {
  const { keptFor, tookMs, status, endpoint, ended, startedAtMs } = outcome;
  const told = exchange?.headers.get("traceparent") ?? exchange?.admitted.traceparent ?? null;
  const { traceId, spanId, parentSpanId, steps, calls } = collectedOf(around.trace) ?? uncollected(told);
  const what = { traceId, spanId, parentSpanId, at: startedAtMs, tookMs, keptFor, status, endpoint, steps, calls };
  const { requestId, method } = around.asked;
  if (exchange === null) {
    return { receipt: { ...UNKNOWN, requestId, method, ...what, ...decisionOf(ended) }, read: [] };
  }
  const { admitted, caller, routed, live } = exchange;
  const { destination } = routed;
  const receipt: KeptRequest["receipt"] = {
    ...what,
    ...decisionOf(ended),
    requestId,
    method,
    scheme: admitted.scheme,
    host: authorityText(admitted.host, admitted.port, admitted.scheme),
    path: admitted.path,
    httpRoute: routed.policy === "none" ? "_unmatched" : `${routed.addressPrefix}${routed.matchedPath}`,
    clientAddress: admitted.clientAddress,
    caller:
      caller.workload?.principal ?? caller.application?.principal ?? (caller.user === null ? "anonymous" : "user"),
    service: serviceOf(exchange),
    version: "problem" in destination ? null : destination.version,
    route: routed.policy,
    revision: live.snapshot.revision,
    held: heldAt(exchange),
  };
  return { receipt, read: readBy(exchange) };
}

const UNKNOWN = {
  scheme: "",
  host: "",
  path: "",
  httpRoute: "_unmatched",
  clientAddress: null,
  caller: "anonymous",
  service: "",
  version: null,
  route: "none",
  revision: 0,
  held: {},
} as const;

function decisionOf(ended: Ended | null): Pick<Receipt, "stage" | "policy" | "code" | "detail"> {
  if (ended === null) {
    return { stage: "forwarded", policy: null, code: null, detail: null };
  }
  const { no, stage, policy } = ended;
  const refusal = no instanceof Response || !("problem" in no) ? null : no;
  return {
    stage,
    policy: policy === "none" ? null : policy,
    code: refusal === null ? null : problems[refusal.problem].code,
    detail: refusal?.detail ?? null,
  };
}

function serviceOf({ routed: { destination, addressed }, meant }: Exchange): string {
  return "problem" in destination ? (addressed ?? meant ?? "") : destination.service;
}

/** Names of the policies that were in force, by table. */
function heldAt({ routed, live }: Exchange): Record<string, readonly string[]> {
  const { policies } = live.snapshot;
  const held: Record<string, readonly string[]> = {};
  for (const [table, indexes] of Object.entries(routed.access.policies)) {
    const rows: readonly { readonly policy?: string }[] = policies[table as keyof PolicyTables] ?? [];
    const numbers: readonly number[] = typeof indexes === "number" ? [indexes] : indexes;
    // A row of traffic may be of several policies, and names none.
    held[table] = [...new Set(numbers.flatMap((at) => rows[at]?.policy ?? []))];
  }
  return held;
}

function readBy({ admitted, live: { snapshot }, state }: Exchange): [name: string, value: string][] {
  const reads = state.keeping.reads.get(snapshot) ?? readsOf(snapshot);
  state.keeping.reads.set(snapshot, reads);
  const { headers, query } = reads;
  const read: [string, string][] = [];
  for (const name of headers) {
    const value = admitted.headers.get(name);
    if (value !== null) {
      read.push([`header:${name}`, value]);
    }
  }
  if (query.length > 0 && admitted.search !== "") {
    const parameters = new URLSearchParams(admitted.search);
    for (const name of query) {
      const value = parameters.get(name);
      if (value !== null) {
        read.push([`query:${name}`, value]);
      }
    }
  }
  return read;
}
