// Service documents → registry entries of the snapshot: exposure, effective timeouts, and the endpoints that the
// document itself lists. Dynamic endpoints are laid beside them later, by the data plane.
import { writtenIds } from "../decide/balance/endpoint-identity.ts";
import { refusalForAddress } from "../decide/text/address.ts";
import { canonicalPath } from "../model/word/canonical-path.ts";
import type { Finding } from "../model/word/finding.ts";
import { parseDuration } from "../model/document/field/duration.ts";
import type { HealthTerms } from "../model/snapshot/health-terms.ts";
import { refOf } from "../model/word/refs.ts";
import type { HealthCheckSpec, ServiceEndpoint } from "../model/document/kind/service.ts";
import { RECEIVABLE, RECEIVED_BY_DEFAULT } from "../model/snapshot/receive.ts";
import type { RolloutTerms } from "../model/snapshot/rollout.ts";
import type { Endpoint, ServiceEntry, ServiceKey } from "../model/snapshot/snapshot.ts";
import { builtInCluster, clusterRule } from "./documents/cluster-rule.ts";
import type { PolicyIndex } from "./policy/policy-index.ts";
import { timeoutsOf } from "./policy/traffic.ts";
import type { ServiceView, DocumentIndex } from "./documents/document-index.ts";
import { mapped, type Steps } from "./documents/steps.ts";

/** Probes are not sent more often, whatever a document says. */
const LEAST_INTERVAL_MS = 100;

interface CompiledServices {
  readonly services: Readonly<Record<ServiceKey, ServiceEntry>>;
  readonly findings: readonly Finding[];
}

export function* compileServices(
  world: DocumentIndex,
  policies: PolicyIndex,
  rollouts: ReadonlyMap<ServiceKey, RolloutTerms>,
  localMesh: boolean,
): Steps<CompiledServices> {
  const findings: Finding[] = [];
  const entries = yield* mapped(world.services, 1, ([key, service]): [ServiceKey, ServiceEntry] => {
    const ids = writtenIds(key, service.endpoints.map(located));
    const endpoints = service.endpoints.map((endpoint, index) => {
      const cluster = endpoint.cluster ?? builtInCluster(localMesh);
      findings.push(...judge(service, endpoint, index, cluster, world, localMesh));
      return compileEndpoint(endpoint, ids[index] ?? "", cluster);
    });
    const { namespace, name, exposure, assertion } = service;
    // In one order, so that the same wish is the same snapshot.
    const receive = RECEIVABLE.filter((header) => service.receive.includes(header));
    const held = policies.at({ gateway: null, service: key, rule: null });
    const rollout = rollouts.get(key);
    const more = {
      ...(assertion === "request" ? { assertion } : {}),
      ...(receive.join() === RECEIVED_BY_DEFAULT.join() ? {} : { receive }),
      ...(service.keepsSlashes ? { keepsSlashes: true as const } : {}),
      ...(service.healthCheck === null ? {} : { health: compileHealthCheck(service.healthCheck) }),
      ...(rollout === undefined ? {} : { rollout }),
    };
    const timeouts = timeoutsOf(policies.tables, held);
    return [key, { namespace, name, exposure, endpoints, timeouts, ...held, ...more }];
  });
  return { services: Object.fromEntries(entries), findings };
}

function compileHealthCheck(check: HealthCheckSpec): HealthTerms {
  const { interval, timeout, healthyThreshold, unhealthyThreshold, expectedStatuses } = check;
  const canonical = canonicalPath(check.path);
  return {
    path: canonical.ok ? canonical.path + canonical.search : check.path,
    intervalMs: Math.max(LEAST_INTERVAL_MS, parseDuration(interval) ?? 0),
    timeoutMs: parseDuration(timeout) ?? 0,
    healthyThreshold,
    unhealthyThreshold,
    statuses: expectedStatuses.map((range) => {
      const [from = "", to = from] = range.split("-");
      return [Number(from), Number(to)];
    }),
  };
}

function compileEndpoint(endpoint: ServiceEndpoint, id: string, cluster: string): Endpoint {
  const { weight, priority } = endpoint;
  const { address, version } = located(endpoint);
  return { id, address, cluster, version, weight, priority };
}

function located({ url, binding, version }: ServiceEndpoint): Pick<Endpoint, "address" | "version"> {
  return { address: url === undefined ? { binding: binding ?? "" } : { url }, version: version ?? null };
}

function judge(
  { namespace, name }: ServiceView,
  { url }: ServiceEndpoint,
  index: number,
  cluster: string,
  world: DocumentIndex,
  localMesh: boolean,
): Finding[] {
  const ref = refOf("Service", namespace, name);
  const pointer = `/spec/endpoints/${index}`;
  const rule = clusterRule(cluster, world.clusters.get(cluster), localMesh);
  if (rule === null) {
    const hint = "Apply a Cluster of that name, or leave cluster out for the built-in one.";
    const message = `There is no cluster "${cluster}"`;
    return [{ severity: "error", code: "SLV1207", ref, pointer: `${pointer}/cluster`, message, hint }];
  }
  const message = url === undefined ? null : refusalForAddress(url, rule);
  return message === null ? [] : [{ severity: "error", code: "SLV1208", ref, pointer: `${pointer}/url`, message }];
}
