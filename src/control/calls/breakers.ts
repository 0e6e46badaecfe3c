// Breakers as their coordinators have them, and what an operator forces upon them.
import * as z from "zod";
import type { Store } from "../../store/store.ts";
import { coordinatedServices, guardedServices } from "../../decide/breaker/guarded-services.ts";
import { shownName } from "../../decide/balance/endpoint-identity.ts";
import { CHECK_FIRST_MS } from "../../decide/fleet/freshness.ts";
import type { BreakerStates } from "../../model/message/objects.ts";
import type { Env } from "../../env/env.ts";
import { breakerListSchema, forceReceiptSchema, forceRequestSchema } from "../../model/api/breakers.ts";
import type { ServiceBreakers } from "../../model/api/breakers.ts";
import { endpointOfTarget, nameInTarget, versionTarget, WHOLE_SERVICE } from "../../model/snapshot/circuit.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { partsOfKey, serviceKey } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { ServiceKey, Snapshot } from "../../model/snapshot/snapshot.ts";
import { auditOf } from "../operator/audit-entry.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { knownHealth } from "../view/endpoint-health.ts";
import { seenStates } from "../operator/redact.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { namespaceParameter, serviceParameter } from "../http/route-parameters.ts";

const tag = "breakers";
/** Each service is one question to its object. */
const MAX_SERVICES = 50;

export function registerBreakers(app: ControlApp): void {
  register(app, {
    id: "listBreakers",
    method: "get",
    path: "/breakers",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary:
      "Breakers, ejections, health, concurrency and retries of services that a TrafficPolicy guards or that are probed, as the whole fleet sees them.",
    params: z.object({}),
    query: z.object({ namespace: namespaceParameter.optional(), service: serviceParameter.optional() }),
    body: noBody,
    answer: breakerListSchema,
    refusals: [],
    async handle({ query: { namespace, service }, store, env, operator, now }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const [coordinated, { probed: health }] = await Promise.all([
        services(store, coordinatedServices),
        knownHealth(env),
      ]);
      const wanted = [...new Set([...coordinated, ...health.keys()])].toSorted().filter((key) => {
        const parts = partsOfKey(key);
        const isAsked = [parts.namespace, undefined].includes(namespace) && [parts.name, undefined].includes(service);
        return isAsked && coversNamespace(operator, parts.namespace);
      });
      const asked = wanted.slice(0, MAX_SERVICES);
      const items = await Promise.all(
        asked.map(async (key) => {
          // A service that is only probed has no coordinator, and its prober has told what it knows.
          const told = { rows: [], forced: [], health: health.get(key) ?? [], slots: [], retries: [] };
          const states = coordinated.includes(key) ? await statesOf(env, key) : told;
          return toWire(key, states && seenStates(operator, states), now);
        }),
      );
      return { body: { items, more: wanted.length > asked.length } };
    },
  });

  register(app, {
    id: "forceBreaker",
    method: "post",
    path: "/breakers/{ns}/{svc}/force",
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Force a service, or one version of it, open or closed for a while, or leave it to its breakers again.",
    description:
      "Every isolate obeys within two seconds, one that was idle with its next request: `obeyedWithinMs`. null there means that " +
      "the mesh object could not be told yet; isolates with traffic for the service hear of it from its coordinator meanwhile.",
    params: z.object({ ns: namespaceParameter, svc: serviceParameter }),
    query: z.object({}),
    body: jsonBody(forceRequestSchema),
    answer: forceReceiptSchema,
    refusals: ["notFound", "validation", "unguarded", "storageUnavailable"],
    async handle(exchange) {
      const { params, body, store, env, now } = exchange;
      const key = serviceKey(params.ns, params.svc);
      if ((await store.document("Service", params.ns, params.svc)) === null) {
        return { problem: "notFound", detail: `There is no service ${key}.` };
      }
      if (!(await services(store, guardedServices)).includes(key)) {
        return notGuarded(key);
      }
      const { state, ttl, reason, version } = body;
      const order = {
        target: version === undefined ? WHOLE_SERVICE : versionTarget(version),
        state,
        ttlMs: parseDuration(ttl) ?? 0,
        reason,
        service: key,
      };
      // The audit first: a state that nobody is accountable for must not exist.
      const detail = { state, ttl, version: version ?? null };
      await store.appendAudit({
        ...auditOf(exchange, { action: "forceBreaker", target: `Service/${key}`, detail }),
        reason,
      });
      try {
        await env.BREAKER.getByName(key).force(order);
      } catch {
        return unreachable(key);
      }
      const states = await statesOf(env, key);
      const obeyedWithinMs = states?.isForcedTold === true ? CHECK_FIRST_MS : null;
      return { body: { ...toWire(key, states && seenStates(exchange.operator, states), now), obeyedWithinMs } };
    },
  });
}

async function services(store: Store, of: (snapshot: Snapshot) => ServiceKey[]): Promise<ServiceKey[]> {
  const { revision } = await store.head();
  const snapshot = await store.snapshot(revision);
  return snapshot === null ? [] : of(snapshot);
}

async function statesOf(env: Env, key: ServiceKey): Promise<BreakerStates | null> {
  try {
    return await env.BREAKER.getByName(key).states();
  } catch {
    return null;
  }
}

function toWire(key: ServiceKey, states: BreakerStates | null, now: number): ServiceBreakers {
  const { namespace, name: service } = partsOfKey(key);
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    namespace,
    service,
    known: states !== null,
    forced: (states?.forced ?? []).map(({ target, state, forMs, reason }) => ({
      version: target === WHOLE_SERVICE ? null : nameInTarget(target),
      state,
      until: new Date(now + forMs).toISOString(),
      reason,
    })),
    breakers: (states?.rows ?? []).map(({ policy, target, state, since, until, ok, failed, slow, ...row }) => ({
      policy,
      target: endpointOfTarget(target) === null ? "version" : "endpoint",
      name: shownName(target),
      state,
      since: new Date(since).toISOString(),
      until: time(until),
      ok,
      failed,
      slow,
      ejectedUntil: time(row.ejectedUntil),
      local: row.held === undefined ? null : { ...row.held, until: new Date(row.held.until).toISOString() },
    })),
    health: (states?.health ?? []).map(({ endpoint, state, since, checkedAt, cause, leftOut }) => ({
      endpoint,
      state,
      since: new Date(since).toISOString(),
      checkedAt: time(checkedAt),
      cause,
      leftOut,
    })),
    concurrency: states?.slots ?? [],
    retryAllowances: states?.retries ?? [],
  };
}

function notGuarded(key: ServiceKey): Refusal {
  return {
    problem: "unguarded",
    detail: `No TrafficPolicy with circuitBreaker or outlierDetection covers the service ${key}, so nothing would obey.`,
  };
}

function unreachable(key: ServiceKey): Refusal {
  return { problem: "storageUnavailable", detail: `The coordinator of the service ${key} cannot be reached.` };
}
