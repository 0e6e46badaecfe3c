// What would become of a request that may go on: faults put in on purpose, copies, and the endpoints that could answer.
// None is chosen, and none is asked.
import { reachOf } from "../../decide/breaker/reach.ts";
import { shownName } from "../../decide/balance/endpoint-identity.ts";
import { drawFault } from "../../decide/retry/fault.ts";
import type { ExplainedDecision, ExplainedEndpoint } from "../../model/message/explanation.ts";
import type { Fault } from "../../model/snapshot/fault.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { noEndpoint } from "../call/forward-refusal.ts";
import type { Destination, Ended, Exchange } from "../exchange/exchange.ts";
import { decision } from "./decision.ts";
import type { Outlook } from "./imagined.ts";

export interface Forwarding {
  readonly decisions: readonly ExplainedDecision[];
  readonly endpoints: readonly ExplainedEndpoint[];
  /** null = a service answers. */
  readonly ended: Ended | null;
}

/** Below 1, and near enough: a fault of 100 % is put in, one of 99.9 % may not be. */
const LAST_LOT = 1 - Number.EPSILON;

export function sayFaults({ routed, live, admitted }: Exchange): {
  decisions: ExplainedDecision[];
  ended: Ended | null;
} {
  const { destination, plan } = routed;
  if ("problem" in destination) {
    return { decisions: [], ended: null };
  }
  const named = plan.faults.flatMap(({ fault }) => live.snapshot.policies.fault?.[fault] ?? []);
  const faults = plan.faults.length > 0 ? named : destination.fault === null ? [] : [destination.fault];
  const header = (name: string): string | null => admitted.headers.get(name);
  const decisions: ExplainedDecision[] = [];
  for (const fault of faults) {
    const policy = `FaultPolicy/${fault.policy}`;
    const { router } = live.snapshot;
    if (drawFault(fault, router, header, () => 0) === null) {
      decisions.push(decision("fault", "passed", "The request lacks the headers that this fault is for", { policy }));
      continue;
    }
    const certain = drawFault(fault, router, header, () => LAST_LOT);
    if (certain !== null && certain.abort !== null) {
      const detail = `${policy} aborts a share of the requests to the service ${destination.service}`;
      const no: Refusal = { problem: "faultInjected", detail, extensions: { service: destination.service, policy } };
      decisions.push(
        decision("fault", "refused", `Every such request is answered ${certain.abort} on purpose`, { policy }),
      );
      return { decisions, ended: { no, status: certain.abort, stage: "fault", policy } };
    }
    decisions.push(decision("fault", "noted", sharesOf(fault), { policy }));
  }
  return { decisions, ended: null };
}

function sharesOf({ delay, abort }: Fault): string {
  const parts = [
    ...(delay === null ? [] : [`${delay.percentage} % are held back for ${delay.ms} ms`]),
    ...(abort === null ? [] : [`${abort.percentage} % are answered ${abort.status}`]),
  ];
  return `Of such requests ${parts.join(", ")}, on purpose`;
}

export async function sayForward(exchange: Exchange, destination: Destination, outlook: Outlook): Promise<Forwarding> {
  const { service, version, circuit, pinned } = destination;
  const { live, env, routed } = exchange;
  const all = live.endpoints.get(service) ?? [];
  const isProbed = live.snapshot.services[service]?.health !== undefined;
  const [states, health] = await Promise.all([
    circuit === undefined ? null : outlook.breakers(env, service),
    isProbed ? outlook.health(env, service) : [],
  ]);
  const policy = circuit?.policy ?? "";
  const reach = reachOf(all, version, { states, policy, health }, outlook.now());
  const endpoints = reach.map(({ endpoint, eligible, why }) => ({ ...wireOf(endpoint), eligible, why }));
  const copies = routed.plan.mirrors.map(({ target, numerator, denominator }) => {
    const to = "invalid" in target ? target.message : target.service;
    return decision("forward", "noted", `${numerator} of ${denominator} requests are copied to ${to}`, {
      policy: routed.policy,
    });
  });
  const slots = states?.slots.find((one) => one.policy === policy);
  const by = circuit === undefined ? {} : { policy: `TrafficPolicy/${circuit.policy}` };
  const busy =
    slots === undefined
      ? []
      : [decision("forward", "noted", `${slots.inUse} of ${slots.limit} requests at once are on their way`, by)];
  const unknown =
    circuit !== undefined && states === null
      ? [decision("forward", "unknown", `The coordinator of ${service} cannot be asked for its breakers`, by)]
      : [];
  const notes = [...copies, ...busy, ...unknown];
  const able = reach.filter(({ eligible }) => eligible);
  if (able.length > 0) {
    const session = pinned === null ? "" : `; the caller's session names ${pinned.endpointId}`;
    const detail = `${able.length} of ${all.length} endpoints of ${service} could answer${session}`;
    return { decisions: [...notes, decision("forward", "passed", detail)], endpoints, ended: null };
  }
  const shut = reach.find((one) => one.shut);
  if (shut === undefined || circuit === undefined) {
    const no = noEndpoint(destination, all.length);
    const ended = { no, stage: "forward", policy: routed.policy };
    return { decisions: [...notes, decision("forward", "refused", no.detail)], endpoints, ended };
  }
  const no: Refusal = {
    problem: "circuitOpen",
    detail: `No endpoint of the service ${service} may be asked: ${shownName(`e:${shut.endpoint.id}`)}: ${shut.why ?? ""}`,
    extensions: { service, policy: circuit.policy },
  };
  const ended = { no, stage: "breaker", policy: `TrafficPolicy/${circuit.policy}` };
  return { decisions: [...notes, decision("forward", "refused", no.detail, by)], endpoints, ended };
}

function wireOf({
  id,
  address,
  cluster,
  version,
  weight,
  priority,
}: Endpoint): Omit<ExplainedEndpoint, "eligible" | "why"> {
  const place = "url" in address ? address.url : `binding ${address.binding}`;
  return { id, address: place, cluster, version, weight, priority };
}
