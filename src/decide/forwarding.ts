// What the mesh itself tells a service about a request: who called, by which address, under which id and trace. Written
// over the cleaned headers, so each is there exactly once and is ours. `selvage-timeout-ms` is written by each try.
import type { HeaderList } from "./headers.ts";
import type { HeaderTarget } from "./header-modifier.ts";
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
  readonly hops: number;
}

/** @param random uniform in [0, 1) */
export function writeForwarding(
  headers: HeaderList & HeaderTarget,
  facts: ForwardingFacts,
  random: () => number,
): void {
  if (facts.clientAddress !== null) headers.set("x-forwarded-for", facts.clientAddress);
  headers.set("x-forwarded-host", facts.host);
  headers.set("x-forwarded-proto", facts.scheme);
  if (facts.prefix !== "") headers.set("x-forwarded-prefix", facts.prefix);
  headers.set("x-request-id", facts.requestId);
  const tracestate = headers.get("tracestate");
  const trace = continueTrace(headers.get("traceparent"), tracestate, random);
  headers.set("traceparent", trace.traceparent);
  if (trace.tracestate === null) {
    if (tracestate !== null) headers.delete("tracestate");
  } else if (trace.tracestate !== tracestate) headers.set("tracestate", trace.tracestate);
  headers.set("selvage-source", "anonymous");
  headers.set("selvage-hops", String(facts.hops + 1));
}
