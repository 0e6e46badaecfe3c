// What the mesh itself tells a service about a request: who called, by which address, under which id and trace. Written
// over the cleaned headers, so each is there exactly once and is ours. `selvage-timeout-ms` is written by each try.
import type { HeaderTarget } from "./headers.ts";
import { continueTrace } from "./trace-context.ts";

export interface ForwardingFacts {
  /** null = not known: the header is left out rather than guessed. */
  readonly clientAddress: string | null;
  /** The host the caller asked for, with its port where that is not the scheme's own; a rewrite may name another. */
  readonly host: string;
  readonly scheme: string;
  /** `/svc/orders`, `""` = nothing was cut off the path. */
  readonly prefix: string;
  readonly requestId: string;
  /** What the caller sent; null = nothing. */
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  /** How often the request has passed through a mesh before. */
  readonly hops: number;
  /** The proven caller's principal, or `anonymous`. */
  readonly source: string;
}

/**
 * The first hop is told by `selvage-source` alone: `selvage-hops` counts from the second on.
 *
 * @param random uniform in [0, 1)
 */
export function writeForwarding(headers: HeaderTarget, facts: ForwardingFacts, random: () => number): void {
  if (facts.clientAddress !== null) headers.set("x-forwarded-for", facts.clientAddress);
  headers.set("x-forwarded-host", facts.host);
  headers.set("x-forwarded-proto", facts.scheme);
  if (facts.prefix !== "") headers.set("x-forwarded-prefix", facts.prefix);
  headers.set("x-request-id", facts.requestId);
  const { tracestate } = facts;
  const trace = continueTrace(facts.traceparent, tracestate, random);
  headers.set("traceparent", trace.traceparent);
  if (trace.tracestate === null) {
    if (tracestate !== null) headers.delete("tracestate");
  } else if (trace.tracestate !== tracestate) headers.set("tracestate", trace.tracestate);
  headers.set("selvage-source", facts.source);
  if (facts.hops > 0) headers.set("selvage-hops", String(facts.hops + 1));
}
