// Faults put in on purpose: holds a request back, or answers it without asking the service. Runs after everything that may
// refuse the request, so that nobody gets past a guard by a fault.
import { drawFault } from "../../decide/retry/fault.ts";
import { toProblem, type Refusal } from "../../model/word/problem.ts";
import type { FilterPlan } from "../../decide/route/filter-plan.ts";
import type { Fault } from "../../model/snapshot/fault.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { reply, type Answering } from "../exchange/refuse.ts";

/** Statuses whose answers have no content (RFC 9110 §15). */
const BODILESS = new Set([204, 205, 304]);

/**
 * @param named by the rule itself; without one the attached policy holds
 * @returns the answer, or null when the request goes on
 */
export async function injectFaults(
  exchange: Exchange,
  named: FilterPlan["faults"],
  destination: Destination,
  by: Answering,
): Promise<Response | null> {
  const { fault } = destination;
  if (named.length === 0) return fault === null ? null : inject(exchange, fault, destination, by);
  for (const { fault: index } of named) {
    const one = exchange.live.snapshot.policies.fault?.[index];
    const answer = one === undefined ? null : await inject(exchange, one, destination, by);
    if (answer !== null) return answer;
  }
  return null;
}

async function inject(
  { admitted, live, ports, startedAtMs, trace }: Exchange,
  fault: Fault,
  { service, timeouts }: Destination,
  by: Answering,
): Promise<Response | null> {
  const header = (name: string): string | null => admitted.headers.get(name);
  const injected = drawFault(fault, live.snapshot.router, header, ports.random);
  if (injected === null) return null;
  const policy = `FaultPolicy/${fault.policy}`;
  trace?.("fault", { policy, ...injected });
  if (injected.delayMs > 0) {
    // No longer than the request may take: then it ends as a request to a service that slow would.
    const leftMs = timeouts.requestMs === 0 ? injected.delayMs : timeouts.requestMs - (ports.now() - startedAtMs);
    await ports.sleep(Math.max(0, Math.min(injected.delayMs, leftMs)));
  }
  return injected.abort === null ? null : abort(injected.abort, policy, service, by);
}

function abort(status: number, policy: string, service: string, by: Answering): Response {
  const detail = `${policy} aborts a share of the requests to the service ${service}`;
  const refusal: Refusal = { problem: "faultInjected", detail, extensions: { service, policy } };
  const body = BODILESS.has(status) ? null : JSON.stringify({ ...toProblem(refusal, by.requestId), status });
  const headers: Record<string, string> = body === null ? {} : { "content-type": "application/problem+json" };
  return reply(status, headers, body, { ...by, stage: "fault", policy });
}
