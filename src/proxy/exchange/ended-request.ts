// What a request was, once it has ended: who asked what, where it went, who decided, and for those that are kept which
// policies were in force and what its rules read of it.
import { authorityText } from "../../decide/route/authority.ts";
import { readsOf } from "../../decide/route/reads.ts";
import type { EndedRequest } from "../../model/message/receipt.ts";
import type { Caller } from "../../model/snapshot/caller.ts";
import type { PolicyTables } from "../../model/snapshot/policies.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { problems } from "../../model/word/problem.ts";
import { uncollected, type Collected } from "../../observe/collector.ts";
import type { Ended, Exchange } from "./exchange.ts";

export interface Ending {
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly status: number;
  readonly endpoint: string | null;
  /** Who decided: the mesh itself, or nobody but the service, or the proxy that was told so. */
  readonly by: Ended | "forwarded" | "allowed";
}

/** @param exchange null = the walk ended before there was one */
export function endedRequest(
  { requestId, method }: { readonly requestId: string; readonly method: string },
  exchange: Exchange | null,
  { startedAtMs, tookMs, status, endpoint, by }: Ending,
  collected: Collected | null,
): EndedRequest {
  const told = exchange?.headers.get("traceparent") ?? exchange?.admitted.traceparent ?? null;
  const { traceId, spanId, parentSpanId, steps, calls } = collected ?? uncollected(told);
  const what = { traceId, spanId, parentSpanId, at: startedAtMs, tookMs, status, endpoint, steps, calls };
  if (exchange === null) {
    return { ...UNKNOWN, requestId, method, ...what, ...decisionOf(by) };
  }
  const { admitted, caller, routed, live } = exchange;
  const service = servedBy(exchange);
  const { destination } = routed;
  const asked = "problem" in destination ? null : destination.version;
  const served = live.endpoints.get(service)?.find(({ id }) => id === endpoint)?.version;
  return {
    ...what,
    ...decisionOf(by),
    requestId,
    method,
    scheme: admitted.scheme,
    host: authorityText(admitted.host, admitted.port, admitted.scheme),
    path: admitted.path,
    httpRoute: routed.policy === "none" ? "_unmatched" : `${routed.addressPrefix}${routed.matchedPath}`,
    clientAddress: admitted.clientAddress,
    caller: callerOf(caller),
    service,
    version: served ?? asked,
    route: routed.policy,
    revision: live.snapshot.revision,
  };
}

/** Never what a request says about itself. */
export function callerOf({ workload, application, user }: Caller): string {
  return workload?.principal ?? application?.principal ?? (user === null ? "anonymous" : "user");
}

/** A service that a request was meant for, though nothing of it could take it. */
export function servedBy({ routed, meant }: Pick<Exchange, "routed" | "meant">): ServiceKey {
  const { destination, addressed } = routed;
  return "problem" in destination ? (addressed ?? meant ?? "") : destination.service;
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
} as const;

function decisionOf(by: Ending["by"]): Pick<EndedRequest, "stage" | "policy" | "code" | "detail"> {
  if (typeof by === "string") {
    return { stage: by, policy: null, code: null, detail: null };
  }
  const { no, stage, policy } = by;
  const refusal = no instanceof Response || !("problem" in no) ? null : no;
  return {
    stage,
    policy: policy === "none" ? null : policy,
    code: refusal === null ? null : problems[refusal.problem].code,
    detail: refusal?.detail ?? null,
  };
}

/** Names of the policies that were in force, by table. */
export function heldAt({ routed, live }: Exchange): Record<string, readonly string[]> {
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

export function readBy({ admitted, live: { snapshot }, state }: Exchange): [name: string, value: string][] {
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
