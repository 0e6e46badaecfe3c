// Cluster documents → where they are and what addresses they allow, for the data plane. Trust is not its business.
import type { ClusterPlace, Snapshot } from "../model/snapshot/snapshot.ts";
import { clusterRule } from "./documents/cluster-rule.ts";
import type { DocumentIndex } from "./documents/document-index.ts";

/** The member of a snapshot; none when no cluster says anything but what is so anyway. */
export function compileClusters({ clusters }: DocumentIndex, localMesh: boolean): Pick<Snapshot, "clusters"> {
  const names = new Set([...clusters.keys(), ...(localMesh ? ["local"] : [])]);
  const places = [...names].map((name): [string, ClusterPlace] => {
    const document = clusters.get(name);
    const { continents = [], colos = [] } = document?.spec.locality ?? {};
    const allowed = clusterRule(name, document, localMesh)?.allowPrivate ?? false;
    return [name, { region: document?.spec.region ?? null, continents, colos, private: allowed }];
  });
  return places.length === 0 ? {} : { clusters: Object.fromEntries(places) };
}
