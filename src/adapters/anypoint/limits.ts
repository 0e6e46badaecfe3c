// Anypoint's policies that count: rate limiting, SLA tiers, spike control, and the caps of its circuit breaker. Windows
// open at the first request there and here (fixed-window). There a replica counts for itself, here the whole fleet
// together.
import { spelledMs } from "../source/gateway-duration.ts";
import type { Field } from "../source/source-field.ts";
import { readsFrom } from "./expression.ts";
import { clientCredentials } from "./access.ts";
import type { PolicyEffect, TranslatePolicy } from "./api.ts";

interface Limit {
  readonly name: string;
  readonly requests: number;
  readonly window: string;
}

/** The pairs of a list `rateLimits` or `limits`; those that cannot be read are told. */
export function tierLimitsOf(list: Field): Limit[] {
  return list.items().flatMap((entry, index): Limit[] => {
    const requests = entry.at("maximumRequests").number();
    const ms = entry.at("timePeriodInMilliseconds").number();
    const window = ms === null ? null : spelledMs(ms);
    entry.at("visible").take();
    if (requests !== null && requests >= 1 && window !== null && window !== "0s") {
      return [{ name: `limit-${index + 1}`, requests, window }];
    }
    entry.drop("A limit is a number of requests in a number of milliseconds, both above zero");
    return [];
  });
}

export const rateLimiting: TranslatePolicy = ({ config }) => {
  const list = config.at("rateLimits");
  const limits = tierLimitsOf(list);
  // The options stand beside the list in some releases, in its entries in others.
  const places = [config, ...list.items()];
  const key = keyOf(places);
  const isLocal = places.some((place) => place.at("clusterizable").flag() === false);
  if (isLocal) {
    list.change("Each replica had the whole limit for itself; here the fleet has it together");
  }
  const denies = config.at("blockOnUnknownQuota").flag() === true;
  if (limits.length === 0) {
    return { closed: "None of its limits can be said" };
  }
  const terms = { algorithm: "fixed-window", key, ...(denies ? { whenUnavailable: "deny" } : {}) };
  const said = limits.map((limit) => Object.assign(limit, terms));
  return limitPolicy({ limits: said, headers: headersOf(places) });
};

export const slaRateLimiting: TranslatePolicy = (policy, context) => {
  const headers = headersOf([policy.config]);
  policy.config.at("clusterizable").take();
  const proof = clientCredentials(policy, context);
  if (proof.closed !== undefined) {
    return proof;
  }
  if (context.api.tiers.length === 0) {
    const why = "Its tiers are not in the input: without a Tier of the service nobody would be counted";
    policy.named.drop(why);
    return { closed: why };
  }
  policy.named.change(
    "Applications and contracts are not in the input: whoever has no Contract with a Tier is refused",
  );
  const { policies = [] } = limitPolicy({ sla: true, headers });
  return { policies: [...(proof.policies ?? []), ...policies] };
};

export const spikeControl: TranslatePolicy = ({ config }) => {
  const requests = config.at("maximumRequests").number() ?? 1;
  const window = spelledMs(config.at("timePeriodInMilliseconds").number() ?? 1000);
  const delayMs = config.at("delayTimeInMillis").number() ?? 1000;
  const attempts = config.at("delayAttempts").number() ?? 1;
  const most = config.at("queuingLimit").number() ?? 0;
  const maxWait = spelledMs(delayMs * attempts);
  if (requests < 1 || window === null || window === "0s") {
    return { closed: "Its limit cannot be read" };
  }
  const queue = most >= 1 && maxWait !== null && maxWait !== "0s" ? { queue: { maxWait, max: most } } : {};
  config.change("It counted in a sliding window of one replica; here requests are spread over the window (gcra)");
  const limit = { name: "spike", requests, window, key: [], mode: "local", ...queue };
  return limitPolicy({ limits: [limit], headers: headersOf([config]) });
};

export const circuitBreaker: TranslatePolicy = ({ config }) => {
  const thresholds = config.at("thresholds");
  const max = thresholds.at("maxRequests").number();
  const queue = thresholds.at("maxPendingRequests").number();
  thresholds.tellRest({
    maxConnections: "Connections are the platform's: requests are counted",
    maxRetries: "Retries have a budget of their own (TrafficPolicy retry)",
  });
  if (max === null || max < 1) {
    return {};
  }
  const concurrency = { max, ...(queue === null ? {} : { queue }) };
  return { policies: [{ kind: "TrafficPolicy", spec: { concurrency } }] };
};

function limitPolicy(spec: Readonly<Record<string, unknown>>): PolicyEffect {
  return { policies: [{ kind: "RateLimitPolicy", spec }] };
}

/** By what requests are told apart; nothing = one bucket for all, as there. */
function keyOf(places: readonly Field[]): readonly string[] {
  for (const place of places) {
    const field = place.at("keySelector");
    const text = field.text();
    if (text === null || text.trim() === "") {
      continue;
    }
    const from = readsFrom(text);
    if (from !== null) {
      return [from];
    }
    field.change("The expression is not evaluated here: all requests count together");
  }
  return [];
}

function headersOf(places: readonly Field[]): string {
  const flags = places.map((place) => place.at("exposeHeaders").flag());
  return flags.includes(true) ? "anypoint" : "none";
}
