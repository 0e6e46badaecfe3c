// The request to a service, built once, at the end: what the caller sent, what stages said about it, what the mesh
// tells, and what the rule changes. A try only adds what is true for it alone.
import { sourceOf } from "../../decide/identity/caller.ts";
import type { HeaderEdit } from "../../decide/header/edited-headers.ts";
import { forwardingEdit } from "../../decide/header/forwarding.ts";
import { modifyHeaders } from "../../decide/header/header-modifier.ts";
import { proofHeaders, type ClosedHeaders } from "../../decide/header/proof-headers.ts";
import { BY_DEFAULT, receivesOf, type Receives } from "../../decide/header/receives.ts";
import { authorityText } from "../../decide/route/authority.ts";
import type { ServiceEntry, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Admitted, Exchange, Outgoing, Routed } from "./exchange.ts";

/** What the mesh tells about the request, as far as it is wanted; a trace has a new span each time. */
export function forwardingOf({ admitted, ports, caller, routed }: Exchange, receives: Receives): HeaderEdit {
  const { clientAddress, requestId, traceparent, tracestate, hops, scheme } = admitted;
  const facts = {
    clientAddress,
    host: authorityText(admitted.host, admitted.port, scheme),
    scheme,
    prefix: receives.prefix ? routed.addressPrefix + cutOff(routed) : routed.addressPrefix,
    requestId,
    traceparent,
    tracestate,
    hops,
    source: sourceOf(caller),
  };
  return forwardingEdit(facts, receives, ports.random);
}

/** The prefix that the rule takes off the path: with it in front, the service's paths are the caller's. */
function cutOff({ plan: { rewrite }, matchedPath }: Routed): string {
  const path = rewrite?.path ?? null;
  return path?.type === "ReplacePrefixMatch" && path.value === "/" && matchedPath !== "/" ? matchedPath : "";
}

/** What the service that the request goes to wants to be told. */
export function receivesAt({ live }: Exchange, service: ServiceKey): Receives {
  const entry = live.snapshot.services[service];
  return entry?.receive === undefined ? BY_DEFAULT : receivedBy(entry);
}

/** By service; each is of one snapshot. */
const wishes = new WeakMap<ServiceEntry, Receives>();

function receivedBy(entry: ServiceEntry): Receives {
  const known = wishes.get(entry) ?? receivesOf(entry);
  wishes.set(entry, known);
  return known;
}

/** The service's own; of a request that leads nowhere, what is told without being asked. */
export function receivesHere(exchange: Exchange): Receives {
  const { destination } = exchange.routed;
  return "problem" in destination ? BY_DEFAULT : receivesAt(exchange, destination.service);
}

/** What a rule of a namespace that was not granted the service may not write: by these a service learns who calls. */
export function closedTo({ live, routed: { access } }: Exchange): ClosedHeaders | undefined {
  if (access.foreign !== true) {
    return undefined;
  }
  const { authentication } = access.policies;
  const policy = authentication === undefined ? null : live.snapshot.policies.authentication?.[authentication];
  return proofHeaders(policy ?? null);
}

/** Everything is told by now. The service sees the endpoint's host, so one that the rule writes is told beside it. */
export function outgoingOf(exchange: Exchange): Outgoing {
  const { admitted, headers, routed } = exchange;
  const { rewrite, requestModifiers } = routed.plan;
  if (admitted.isUpgrade) {
    headers.set("upgrade", "websocket");
  }
  const hostname = rewrite?.hostname ?? null;
  if (hostname !== null && routed.access.foreign !== true && receivesHere(exchange).host) {
    headers.set("x-forwarded-host", hostname);
  }
  if (requestModifiers.length > 0) {
    const closed = closedTo(exchange);
    for (const modifier of requestModifiers) {
      modifyHeaders(headers, modifier, closed);
    }
  }
  const { method, search } = admitted;
  return {
    method,
    path: rewrite === null || rewrite.path === null ? routed.path : routed.sent.path,
    search,
    headers,
    origin: originOf(admitted),
  };
}

export function originOf({ scheme, host, port }: Admitted): string {
  return `${scheme}://${authorityText(host, port, scheme)}`;
}
