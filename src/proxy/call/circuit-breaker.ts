// The breaker's hand on one request: which endpoints it may be sent to, and what its outcome does. Everything it needs
// is in the isolate's memory; what it learns is reported behind the answer. A coordinator that cannot be reached
// changes nothing for a request but that its last verdicts grow old.
import {
  beginAttempt,
  choiceByHealth,
  chooseEndpoints,
  dropAttempt,
  endAttempt,
  NONE,
  type Choice,
} from "../../decide/breaker/choice.ts";
import { isFailure } from "../../decide/breaker/outcome.ts";
import { shownName } from "../../decide/balance/endpoint-identity.ts";
import { failingIn } from "../../decide/health/isolate.ts";
import type { TryEnd } from "../../decide/retry/http-route.ts";
import { WHOLE_SERVICE, type Circuit, endpointOfTarget } from "../../model/snapshot/circuit.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { breakersOf, healthOf } from "../../isolate/breaker-memory.ts";
import { reportSoon } from "./coordinator-sync.ts";

export interface Guard {
  /** The endpoints that may be asked now; a refusal when the breaker keeps all of them back. */
  readonly choose: (nowMs: number) => Choice | Refusal;
  /** Called when a try goes out; what is answered is told when it has ended. null = nobody counts it. */
  readonly begin: (endpoint: Endpoint, nowMs: number) => Guarded | null;
}

/** One try that is on its way. */
interface Guarded {
  /** It has a permit, which somebody else needs if the caller leaves. */
  readonly holdsPermit: boolean;
  /** @param tookMs the service's own time, until response headers */
  readonly settle: (end: TryEnd, tookMs: number, nowMs: number) => void;
}

/** A probe without a deadline of its own is given so long. */
const PROBE_MS = 15_000;
const LONGEST_RETRY_AFTER_S = 60;

/** null = no policy breaks or ejects and no health check is asked for, and nothing is computed for it. */
export function guardOf(
  exchange: Exchange,
  { service, version, circuit: policy, timeouts, pinned }: Destination,
  endpoints: readonly Endpoint[],
): Guard | null {
  const probed = exchange.live.snapshot.services[service]?.health;
  const circuit = policy !== undefined && (policy.breaker !== null || policy.outlier !== null) ? policy : undefined;
  if (circuit === undefined && probed === undefined) {
    return null;
  }
  const { ports } = exchange;
  const breakers = breakersOf(exchange.state.breakers, service);
  const health = probed === undefined ? null : healthOf(exchange.state.breakers, service);
  const candidates = version === null ? endpoints : endpoints.filter((one) => one.version === version);
  return {
    choose(nowMs) {
      const failing = health === null ? NONE : failingIn(health, nowMs);
      if (circuit === undefined) {
        breakers.touched = true;
        reportSoon(exchange, service, breakers, nowMs);
        return choiceByHealth(candidates, failing);
      }
      const chosen = chooseEndpoints(
        breakers,
        circuit,
        { endpoints: candidates, pinned: pinned?.endpointId ?? null, failing },
        nowMs,
        breakers.mustCheck ? ports.random() : 0,
      );
      // An answer is waited for by the next request, not by this one.
      reportSoon(exchange, service, breakers, nowMs);
      return chosen.refusal === null ? chosen : refused(service, circuit, chosen.refusal);
    },
    begin(endpoint, nowMs) {
      if (circuit === undefined) {
        return null;
      }
      const attempt = beginAttempt(breakers, circuit, endpoint, candidates, nowMs);
      attempt.policyState.probeMs = timeouts.perTryMs || timeouts.requestMs || PROBE_MS;
      return {
        holdsPermit: attempt.probe !== null,
        settle(end, tookMs, endedAtMs) {
          if (end.end === "caller") {
            dropAttempt(attempt);
            return;
          }
          endAttempt(breakers, attempt, !isFailure(end), tookMs, endedAtMs);
          reportSoon(exchange, service, breakers, endedAtMs);
        },
      };
    },
  };
}

function refused(service: ServiceKey, { policy }: Circuit, refusal: NonNullable<Choice["refusal"]>): Refusal {
  const { target, retryAfterMs, forced } = refusal;
  const retryAfter = Math.min(Math.max(1, Math.ceil(retryAfterMs / 1000)), LONGEST_RETRY_AFTER_S);
  const which = whichOf(target);
  const why = forced === null ? "too many calls failed or were slow" : `an operator forced it open: ${forced}`;
  return {
    problem: "circuitOpen",
    detail: `The breaker of ${which}the service ${service} is open: ${why}`,
    extensions: { service, target: `${target.slice(0, 2)}${shownName(target)}`, policy },
    headers: { "retry-after": String(retryAfter) },
  };
}

function whichOf(target: string): string {
  if (target === WHOLE_SERVICE) {
    return "";
  }
  const name = shownName(target);
  if (endpointOfTarget(target) !== null) {
    return `endpoint ${name} of `;
  }
  return name === "" ? "" : `version ${name} of `;
}
