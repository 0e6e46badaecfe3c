// Faults put in on purpose: holds a request back, or answers it without asking the service. Runs after everything that
// may refuse the request, so that nobody gets past a guard by a fault.
import { drawFault } from "../decide/retry/fault.ts";
import type { FilterPlan } from "../decide/route/filter-plan.ts";
import type { Fault } from "../model/snapshot/fault.ts";
import type { Refusal } from "../model/word/problem.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Destination, Exchange } from "./exchange/exchange.ts";

/** What the rule itself names takes the place of what is attached. */
export function fault(exchange: Exchange): Decided | Promise<Decided> {
  const { plan, destination } = exchange.routed;
  if ("problem" in destination) {
    return GO_ON;
  }
  if (plan.faults.length > 0) {
    return injectAll(exchange, plan.faults, destination);
  }
  return destination.fault === null ? GO_ON : inject(exchange, destination.fault, destination);
}

async function injectAll(exchange: Exchange, faults: FilterPlan["faults"], destination: Destination): Promise<Decided> {
  for (const { fault: index } of faults) {
    const one = exchange.live.snapshot.policies.fault?.[index];
    const decided = one === undefined ? GO_ON : await inject(exchange, one, destination);
    if ("no" in decided) {
      return decided;
    }
  }
  return GO_ON;
}

async function inject(
  { admitted, live, ports, startedAtMs, trace }: Exchange,
  one: Fault,
  { service, timeouts }: Destination,
): Promise<Decided> {
  const header = (name: string): string | null => admitted.headers.get(name);
  const injected = drawFault(one, live.snapshot.router, header, ports.random);
  if (injected === null) {
    return GO_ON;
  }
  const policy = `FaultPolicy/${one.policy}`;
  trace?.("fault", { policy, ...injected });
  if (injected.delayMs > 0) {
    // No longer than the request may take: then it ends as a request to a service that slow would.
    const leftMs = timeouts.requestMs === 0 ? injected.delayMs : timeouts.requestMs - (ports.now() - startedAtMs);
    await ports.sleep(Math.max(0, Math.min(injected.delayMs, leftMs)));
  }
  if (injected.abort === null) {
    return GO_ON;
  }
  const detail = `${policy} aborts a share of the requests to the service ${service}`;
  const no: Refusal = { problem: "faultInjected", detail, extensions: { service, policy } };
  return { no, status: injected.abort, stage: "fault", policy };
}
