// Clusters that have lost every endpoint of a service while others of it answer: since then the others take its
// requests. Told from what is known of endpoints now. Pure.
import type { EndpointState } from "../../model/api/endpoints.ts";
import type { MeshChange } from "../../model/api/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

const isDown = ({ health }: EndpointState): boolean => health === "unhealthy";

export function failoversOf(
  services: ReadonlyMap<ServiceKey, { readonly all: readonly EndpointState[] }>,
): MeshChange[] {
  return [...services].flatMap(([service, { all }]) => {
    const asked = all.filter(({ weight, draining }) => weight > 0 && !draining);
    const clusters = [...Map.groupBy(asked, ({ cluster }) => cluster)];
    const answering = clusters.filter(([, those]) => !those.every(isDown)).map(([cluster]) => cluster);
    const lost = answering.length === 0 ? [] : clusters.filter(([, those]) => those.every(isDown));
    return lost.flatMap(([cluster, those]): MeshChange[] => {
      const since = those.flatMap(({ healthSince }) => healthSince ?? []).toSorted();
      const at = since.at(-1);
      const title = `no endpoint in cluster ${cluster} is healthy: ${answering.join(", ")} takes its requests`;
      const what = { kind: "failover", service, actor: null, revision: null, detail: null } as const;
      return at === undefined ? [] : [{ at, title, ...what }];
    });
  });
}
