// Which policies of Anypoint are known, by the names that gateways in local mode and API Manager give them.
import type { Field } from "../source/source-field.ts";
import { addresses, clientCredentials, jwtValidation, password } from "./access.ts";
import type { AnypointPolicy, ApiPolicyContext, PolicyEffect, TranslatePolicy } from "./api.ts";
import { cors, headerInjection, headerRemoval } from "./headers.ts";
import { circuitBreaker, rateLimiting, slaRateLimiting, spikeControl } from "./limits.ts";

const POLICIES: Readonly<Record<string, TranslatePolicy>> = {
  "rate-limiting": rateLimiting,
  "rate-limit": rateLimiting,
  "rate-limiting-sla-based": slaRateLimiting,
  "rate-limiting-sla": slaRateLimiting,
  "spike-control": spikeControl,
  "client-id-enforcement": clientCredentials,
  "jwt-validation": jwtValidation,
  "http-basic-authentication": password,
  "basic-authentication": password,
  "ip-allowlist": addresses("allow"),
  "ip-whitelist": addresses("allow"),
  "ip-blocklist": addresses("deny"),
  "ip-blacklist": addresses("deny"),
  cors,
  "header-injection": headerInjection,
  "header-removal": headerRemoval,
  "circuit-breaker": circuitBreaker,
};

/** They only watch: nobody gets in who would not without them. */
const HARMLESS: Readonly<Record<string, string>> = {
  "message-logging": "Requests are logged and traced by the mesh itself",
  tracing: "Requests are traced by the mesh itself",
  "http-caching": "Nothing is cached here: every request reaches the service",
  "response-timeout": "Deadlines are a TrafficPolicy's timeouts",
  "upstream-timeout": "Deadlines are a TrafficPolicy's timeouts",
  "stream-idle-timeout": "Deadlines are a TrafficPolicy's timeouts",
  "connection-idle-timeout": "Connections are the platform's",
  "health-check": "Endpoints are probed by the Service's healthCheck",
};

/** `rate-limiting-flex-v1-2-impl` is rate-limiting. */
export function policyName(written: string): string {
  return written
    .toLowerCase()
    .replace(/-impl$/, "")
    .replace(/-v?\d+(?:[-.]\d+)*$/, "")
    .replace(/-flex$/, "")
    .replace(/^native-/, "");
}

export function policyOf(named: Field, config: Field): AnypointPolicy {
  return { name: policyName(named.text() ?? ""), named, config };
}

export function translatePolicy(policy: AnypointPolicy, context: ApiPolicyContext): PolicyEffect {
  const { name, named, config } = policy;
  if (Object.hasOwn(HARMLESS, name)) {
    named.drop(HARMLESS[name] ?? "");
    config.take();
    return {};
  }
  const translate = Object.hasOwn(POLICIES, name) ? POLICIES[name] : undefined;
  const effect = translate?.(policy, context) ?? unknown(policy);
  config.tellRest({});
  return effect;
}

function unknown({ name, named, config }: AnypointPolicy): PolicyEffect {
  const why = `Nothing here corresponds to the policy ${name || "without a name"}`;
  named.drop(why);
  config.take();
  return { closed: why };
}
