// What the mesh itself tells a service about a request: who called, by which address, under which id and trace. Said
// above the cleaned headers, so each is there exactly once and is ours; a service says which it wants
// (`Service.spec.receive`). The assertion and `selvage-timeout-ms` are said by each try.
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import type { HeaderEdit } from "./edited-headers.ts";
import type { Receives } from "./receives.ts";
import { continueTrace } from "./trace-context.ts";

export interface ForwardingFacts {
  /** null = not known: the header is left out rather than guessed. */
  readonly clientAddress: string | null;
  /** The host the caller asked for, with its port where that is not the scheme's own; a rewrite may name another. */
  readonly host: string;
  readonly scheme: string;
  /** `/svc/orders`; `""` = nothing was cut off the path, or nothing that the service wants to hear of. */
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
 * The first hop is told by `selvage-assertion` or `selvage-source`: `selvage-hops` counts from the second on.
 *
 * @param random uniform in [0, 1)
 */
export function forwardingEdit(facts: ForwardingFacts, receives: Receives, random: () => number): HeaderEdit {
  const set: HeaderPair[] = [];
  if (receives.clientAddress && facts.clientAddress !== null) {
    set.push(["x-forwarded-for", facts.clientAddress]);
  }
  if (receives.host) {
    set.push(["x-forwarded-host", facts.host]);
  }
  if (receives.scheme) {
    set.push(["x-forwarded-proto", facts.scheme]);
  }
  if (facts.prefix !== "") {
    set.push(["x-forwarded-prefix", facts.prefix]);
  }
  if (receives.requestId) {
    set.push(["x-request-id", facts.requestId]);
  }
  if (receives.source) {
    set.push(["selvage-source", facts.source]);
  }
  if (facts.hops > 0) {
    set.push(["selvage-hops", String(facts.hops + 1)]);
  }
  if (!receives.trace) {
    return { set };
  }
  const { traceparent, tracestate } = continueTrace(facts.traceparent, facts.tracestate, random);
  set.push(["traceparent", traceparent]);
  if (tracestate === facts.tracestate) {
    return { set };
  }
  if (tracestate === null) {
    return { set, remove: ["tracestate"] };
  }
  set.push(["tracestate", tracestate]);
  return { set };
}
