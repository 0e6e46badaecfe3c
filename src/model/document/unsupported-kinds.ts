// Kinds that people will send along with ours and that the mesh cannot serve: why, and what to do instead.

interface Reason {
  readonly why: string;
  readonly instead: string;
}

const RAW: Reason = {
  why: "the Workers runtime receives HTTP requests, not raw connections",
  instead: "Use an HTTPRoute for HTTP; keep other protocols at a load balancer of their own.",
};
const CLUSTER_ONLY: Reason = {
  why: "it is about a Kubernetes cluster, which the mesh does not run",
  instead: "Apply it with kubectl; of the core kinds only Namespace and Service mean something here.",
};
const ISTIO: Reason = {
  why: "the mesh speaks the Gateway API and its own policies",
  instead: "Translate it with `selvage import istio -f FILE`.",
};

const reasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  [
    "GRPCRoute",
    {
      why: "gRPC ends every call with HTTP/2 trailers, which the Workers runtime does not pass on",
      instead: "Use an HTTPRoute: gRPC-Web passes as HTTP.",
    },
  ],
  ["TCPRoute", RAW],
  ["TLSRoute", RAW],
  ["UDPRoute", RAW],
  [
    "GatewayClass",
    {
      why: "there is one implementation here, so every Gateway belongs to it",
      instead: "Remove the document; gatewayClassName may be anything.",
    },
  ],
  ["ListenerSet", { why: "listeners are read from Gateways only", instead: "Write them into a Gateway." }],
  ["XListenerSet", { why: "listeners are read from Gateways only", instead: "Write them into a Gateway." }],
  [
    "BackendTLSPolicy",
    {
      why: "TLS to an endpoint follows from its URL, verified by the platform",
      instead: "Write https in the endpoint's URL.",
    },
  ],
  ...["Ingress", "Deployment", "Pod", "ConfigMap", "Secret", "StatefulSet", "DaemonSet", "Job", "CronJob"].map(
    (kind): [string, Reason] => [kind, CLUSTER_ONLY],
  ),
  ...["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"].map(
    (kind): [string, Reason] => [kind, CLUSTER_ONLY],
  ),
  ...["VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "EnvoyFilter", "RequestAuthentication"].map(
    (kind): [string, Reason] => [kind, ISTIO],
  ),
  ["PeerAuthentication", ISTIO],
]);

/** Why a kind that exists elsewhere cannot be served here, or null when it is simply unknown. */
export function unsupportedKind(kind: string): Reason | null {
  return reasons.get(kind) ?? null;
}
