// The Gateway that is always there: every host, every namespace, every port. HTTPRoutes without parentRefs attach to
// it. It is not a stored document: `GET` shows it, routes and policies may name it, nobody can change it.
import type { DocumentOf } from "../../model/document/document.ts";

/** Group of the Gateway API's own kinds. */
export const GATEWAY_GROUP = "gateway.networking.k8s.io";
export const BUILT_IN_NAMESPACE = "selvage-system";
export const BUILT_IN_GATEWAY = "selvage";
/** Its key in the snapshot. */
export const BUILT_IN_KEY = `${BUILT_IN_NAMESPACE}/${BUILT_IN_GATEWAY}`;

export const builtInGateway: DocumentOf<"Gateway"> = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: BUILT_IN_GATEWAY, namespace: BUILT_IN_NAMESPACE, labels: {}, annotations: {} },
  spec: {
    gatewayClassName: "selvage",
    addresses: [],
    listeners: [
      {
        name: "all",
        // Shown because a listener has one; requests on any port and of either protocol come in here.
        port: 80,
        protocol: "HTTP",
        allowedRoutes: { namespaces: { from: "All" }, kinds: [] },
      },
    ],
  },
};
