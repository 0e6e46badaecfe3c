// Which endpoints of a service could answer now, by what its coordinator and its prober tell: for operators who ask.
// What a request does is choice.ts, from an isolate's memory, which is at most a second behind this.
import type { BreakerRow } from "../../model/message/breaker.ts";
import type { HealthRow } from "../../model/message/health.ts";
import type { BreakerStates } from "../../model/message/objects.ts";
import { endpointTarget, versionTarget, WHOLE_SERVICE, endpointOfTarget } from "../../model/snapshot/circuit.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { endpointIdentity, groupMark } from "../balance/endpoint-identity.ts";

interface EndpointReach {
  readonly endpoint: Endpoint;
  /** Whether a request could be sent to it. */
  readonly eligible: boolean;
  readonly why: string | null;
  /** A breaker keeps it back: where it keeps back all, the answer is 503. */
  readonly shut: boolean;
}

interface Known {
  /** null = no policy guards the call, or its coordinator cannot be asked. */
  readonly states: Pick<BreakerStates, "rows" | "forced"> | null;
  /** `<namespace>/<name>` of the TrafficPolicy. */
  readonly policy: string;
  readonly health: readonly HealthRow[];
}

/** @param version null = any */
export function reachOf(
  endpoints: readonly Endpoint[],
  version: string | null,
  known: Known,
  now: number,
): EndpointReach[] {
  const wanted = endpoints.filter((one) => version === null || one.version === version);
  const passable = wanted.filter((one) => one.weight > 0 && shutBy(one, wanted, known, now) === null);
  const best = Math.min(...passable.map(({ priority }) => priority));
  return endpoints.map((endpoint) => {
    const reach = (eligible: boolean, why: string | null, shut = false): EndpointReach => ({
      endpoint,
      eligible,
      why,
      shut,
    });
    if (!wanted.includes(endpoint)) {
      return reach(false, `it is of version ${endpoint.version ?? "none"}, and ${version ?? ""} is asked for`);
    }
    if (endpoint.weight <= 0) {
      return reach(false, "it is drained: its weight is 0");
    }
    const shut = shutBy(endpoint, wanted, known, now);
    if (shut !== null) {
      return reach(false, shut, true);
    }
    const unwell = unwellBy(endpoint, known, now);
    if (unwell !== null) {
      return reach(true, `${unwell}: asked only where too few others are left`);
    }
    const behind = `its priority is ${endpoint.priority}: it takes over what endpoints of priority ${best} cannot`;
    return reach(true, endpoint.priority > best ? behind : null);
  });
}

function shutBy(
  endpoint: Endpoint,
  siblings: readonly Endpoint[],
  { states, policy }: Known,
  now: number,
): string | null {
  if (states === null) {
    return null;
  }
  const own = versionTarget(endpoint.version);
  const forced =
    states.forced.find(({ target }) => target === own) ?? states.forced.find(({ target }) => target === WHOLE_SERVICE);
  if (forced !== undefined) {
    return forced.state === "open" ? `an operator forced its breaker open: ${forced.reason}` : null;
  }
  const group = siblings.filter((one) => one.version === endpoint.version && one.weight > 0);
  const targets = [endpointTarget(endpointIdentity(endpoint)), ...(group.length < 2 ? [] : [own + groupMark(group)])];
  for (const target of targets) {
    const row = states.rows.find((one) => one.policy === policy && one.target === target);
    const what = endpointOfTarget(target) === null ? "the breaker of its version" : "its breaker";
    const why = row === undefined ? null : openness(row, now);
    if (why !== null) {
      return `${what} ${why}`;
    }
  }
  return null;
}

function openness({ state, until }: BreakerRow, now: number): string | null {
  switch (state) {
    case "closed":
      return null;
    case "half-open":
      return "is half open: only a few tries pass";
    case "open":
      return until !== null && until <= now ? "is about to be tried" : "is open: too many calls failed or were slow";
  }
}

function unwellBy(endpoint: Endpoint, { states, health, policy }: Known, now: number): string | null {
  const target = endpointTarget(endpointIdentity(endpoint));
  const row = states?.rows.find((one) => one.policy === policy && one.target === target);
  if ((row?.ejectedUntil ?? 0) > now) {
    return "it is ejected";
  }
  const checked = health.find((one) => one.endpoint === endpoint.id);
  return checked?.leftOut === true
    ? `it fails its health checks${checked.cause === null ? "" : ` (${checked.cause})`}`
    : null;
}
