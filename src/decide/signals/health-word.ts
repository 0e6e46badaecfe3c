// One word for how a service does, with its reasons: the same in the API, in the command and in the dashboard. The
// first rule that fits says the word; reasons of lesser ones are told as well.
import type { Golden, HealthWord, SeriesPoint } from "../../model/api/signals.ts";
import { deniedMore } from "./denials.ts";
import { counted } from "../../model/word/plural.ts";

interface ServiceFacts {
  readonly signals: Golden;
  readonly before: Golden;
  /** The window in steps. */
  readonly series: readonly Pick<SeriesPoint, "at" | "requests" | "denied">[];
  readonly endpoints: { readonly total: number; readonly healthy: number; readonly draining: number };
  /** Requests that a breaker, a cap or a lack of endpoints kept back. */
  readonly broken: number;
  readonly overloaded: number;
  /** Why it cannot be said how it does; null = it can. */
  readonly unknown: string | null;
}

interface Word {
  readonly state: HealthWord;
  readonly reasons: readonly string[];
}

const FEWEST = 20;
/** A few that fail are a moment and no state. */
const FEWEST_ERRORS = 5;
const MOSTLY_PERCENT = 20;
const FAILING_PERCENT = 5;
const DEGRADED_PERCENT = 1;
const SLOWER_TIMES = 2;
const SLOW_MS = 50;

export function healthWord(facts: ServiceFacts): Word {
  const { signals, before, endpoints, broken, overloaded, unknown } = facts;
  const { requests, errors, errorPercent, limited, p95Ms } = signals;
  const failing: string[] = [];
  const degraded: string[] = [];
  const errorText = `${Number(errorPercent.toFixed(1))} % of ${counted(requests, "request")} failed (${errors})`;
  const isMany = errors >= FEWEST_ERRORS;
  if (isMany && requests >= FEWEST && errorPercent >= FAILING_PERCENT) {
    failing.push(errorText);
  } else if ((isMany && errorPercent >= DEGRADED_PERCENT) || errorPercent >= MOSTLY_PERCENT) {
    degraded.push(errorText);
  }
  if (endpoints.total > 0 && endpoints.healthy === 0 && endpoints.draining < endpoints.total) {
    failing.push(`none of ${counted(endpoints.total, "endpoint")} is healthy`);
  }
  if (broken > 0) {
    failing.push(`its breaker kept back ${counted(broken, "request")}`);
  }
  const down = endpoints.total - endpoints.healthy - endpoints.draining;
  if (down > 0 && endpoints.healthy > 0) {
    degraded.push(`${down} of ${counted(endpoints.total, "endpoint")} ${down === 1 ? "is" : "are"} unhealthy`);
  }
  if (overloaded > 0) {
    degraded.push(`its cap on requests at once kept back ${counted(overloaded, "request")}`);
  }
  const held = requests > 0 && (100 * limited) / requests > 1 ? [`limits refused ${counted(limited, "request")}`] : [];
  const denials = deniedMore(facts);
  const refused = denials === null ? [] : [deniedText(denials)];
  // Limits do what they are for: they come first only where those who were let in before are again.
  degraded.push(...(denials?.until === null ? [...refused, ...held] : [...held, ...refused]));
  const usual = before.requests >= FEWEST ? before.p95Ms : null;
  if (requests >= FEWEST && p95Ms !== null && usual !== null && p95Ms >= SLOW_MS && p95Ms > SLOWER_TIMES * usual) {
    degraded.push(`95 % take up to ${p95Ms} ms; in the window before it was ${usual} ms`);
  }
  const reasons = [...failing, ...degraded];
  if (unknown !== null) {
    return { state: "unknown", reasons: [unknown, ...reasons] };
  }
  if (failing.length > 0) {
    return { state: "failing", reasons };
  }
  if (degraded.length > 0) {
    return { state: "degraded", reasons };
  }
  if (endpoints.total > 0 && endpoints.draining === endpoints.total) {
    return { state: "draining", reasons: ["no endpoint takes new requests"] };
  }
  return { state: requests === 0 ? "idle" : "healthy", reasons };
}

function deniedText({ denied, requests, usualPercent }: NonNullable<ReturnType<typeof deniedMore>>): string {
  const usually = `usually ${Number(usualPercent.toFixed(1))} %`;
  return `${denied} of ${counted(requests, "request")} refused their proof or permission, ${usually}`;
}
