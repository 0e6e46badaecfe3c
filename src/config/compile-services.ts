// Service documents → registry entries of the snapshot: exposure, effective timeouts, and the endpoints that the document
// itself lists. Dynamic endpoints are laid beside them later, by the data plane.
import { refusalForAddress } from "../decide/address.ts";
import type { Finding } from "../model/finding.ts";
import { refOf } from "../model/keys.ts";
import type { ServiceEndpoint } from "../model/service.ts";
import type { Endpoint, ServiceEntry, ServiceKey } from "../model/snapshot.ts";
import { builtInCluster, clusterRule } from "./cluster-rule.ts";
import { circuitMember, type Circuits } from "./compile-circuits.ts";
import type { Policies } from "./compile-policies.ts";
import type { ServiceView, World } from "./compile-world.ts";

export interface CompiledServices {
  readonly services: Readonly<Record<ServiceKey, ServiceEntry>>;
  readonly findings: readonly Finding[];
}

export function compileServices(
  world: World,
  policies: Policies,
  circuits: Circuits,
  localMesh: boolean,
): CompiledServices {
  const findings: Finding[] = [];
  const entries = [...world.services].map(([key, service]): [ServiceKey, ServiceEntry] => {
    const endpoints = service.endpoints.map((endpoint, index) => {
      const cluster = endpoint.cluster ?? builtInCluster(localMesh);
      findings.push(...judge(service, endpoint, index, cluster, world, localMesh));
      return compileEndpoint(endpoint, index, cluster);
    });
    const { namespace, name, exposure } = service;
    const timeouts = policies.service(key) ?? policies.mesh;
    const circuit = circuitMember(circuits.service(key), circuits.mesh);
    return [key, { namespace, name, exposure, endpoints, timeouts, ...circuit }];
  });
  return { services: Object.fromEntries(entries), findings };
}

function compileEndpoint(endpoint: ServiceEndpoint, index: number, cluster: string): Endpoint {
  const { url, binding, version, weight, priority } = endpoint;
  return {
    id: `static-${index}`,
    address: url === undefined ? { binding: binding ?? "" } : { url },
    cluster,
    version: version ?? null,
    weight,
    priority,
  };
}

function judge(
  { namespace, name }: ServiceView,
  { url }: ServiceEndpoint,
  index: number,
  cluster: string,
  world: World,
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
