// Whether an endpoint may be registered where it says it is: the service and the cluster must exist, and only clusters
// that allow it have private addresses. What a document's endpoints are held to at apply, the compiler checks alike.
import { refusalForAddress } from "../decide/text/address.ts";
import type { EndpointRequest } from "../model/api/endpoints.ts";
import type { Refusal } from "../model/word/problem.ts";
import { clusterRule } from "../compile/documents/cluster-rule.ts";
import type { EndpointKey } from "../store/endpoints.ts";
import type { Store } from "../store/store.ts";

interface Place {
  readonly key: EndpointKey;
  readonly cluster: string;
  readonly request: EndpointRequest;
  readonly localMesh: boolean;
}

/** null = it may. */
export async function refuseAddress(
  store: Store,
  { key, cluster, request, localMesh }: Place,
): Promise<Refusal | null> {
  const [service, document] = await Promise.all([
    store.document("Service", key.namespace, key.service),
    store.document("Cluster", "default", cluster),
  ]);
  if (service === null) {
    return { problem: "notFound", detail: `There is no service ${key.namespace}/${key.service} to register with.` };
  }
  const rule = clusterRule(cluster, document?.document.kind === "Cluster" ? document.document : undefined, localMesh);
  if (rule === null) {
    const detail = `There is no cluster "${cluster}". Apply a Cluster of that name first.`;
    return { problem: "endpointRefused", detail, errors: [{ pointer: "#/cluster", detail }] };
  }
  const fault = request.url === undefined ? null : refusalForAddress(request.url, rule);
  return fault === null
    ? null
    : { problem: "endpointRefused", detail: fault, errors: [{ pointer: "#/url", detail: fault }] };
}
