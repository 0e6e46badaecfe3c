// What the mesh tells a service about the request: who calls, from where, under which id and trace.
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange } from "./exchange/exchange.ts";
import { forwardingOf, receivesHere } from "./exchange/outgoing.ts";

export function tell(exchange: Exchange): Decided {
  return exchange.isTold ? GO_ON : { ok: { edits: [forwardingOf(exchange, receivesHere(exchange))], isTold: true } };
}
