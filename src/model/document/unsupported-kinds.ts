// Kinds that people will send along with ours and that the mesh cannot serve: why, and what to do instead.

interface Reason {
  readonly why: string;
  readonly instead: string;
  /** Where it says nothing about traffic: it stands in manifests beside ours, and is passed over with a warning. */
  readonly passed?: RegExp;
}

const RAW: Reason = {
  why: "the Workers runtime receives HTTP requests, not raw connections",
  instead: "Use an HTTPRoute for HTTP; keep other protocols at a load balancer of their own.",
};
const CLUSTER_ONLY: Reason = {
  why: "it is about a Kubernetes cluster, which the mesh does not run",
  instead: "Apply it with kubectl; of the core kinds only Namespace and Service mean something here.",
};
/** What a cluster runs. Not what guards or routes there: to pass over that would open what was closed. */
const RUNS_THERE: Reason = {
  ...CLUSTER_ONLY,
  instead: "Apply it with kubectl.",
  passed: /^(?:(?:apps|batch|autoscaling|policy|(?:discovery|rbac\.authorization|apiextensions)\.k8s\.io)\/)?v[12]$/,
};
const ISTIO: Reason = {
  why: "the mesh speaks the Gateway API and its own policies",
  instead: "Translate it with `selvage import istio -f FILE`.",
};

const OWN_ROLLOUTS = "the mesh has Rollouts of its own";
const FLAGGER: Reason = { why: OWN_ROLLOUTS, instead: "Translate it with `selvage import flagger -f FILE`." };
const ARGO: Reason = { why: OWN_ROLLOUTS, instead: "Translate it with `selvage import argo-rollouts -f FILE`." };

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
      passed: /^gateway\.networking\.k8s\.io\/v1(?:beta1)?$/,
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
  ...["Ingress", "IngressClass", "NetworkPolicy", "Secret"].map((kind): [string, Reason] => [kind, CLUSTER_ONLY]),
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob"].map((kind): [string, Reason] => [
    kind,
    RUNS_THERE,
  ]),
  ...["ConfigMap", "PersistentVolumeClaim", "HorizontalPodAutoscaler", "PodDisruptionBudget", "EndpointSlice"].map(
    (kind): [string, Reason] => [kind, RUNS_THERE],
  ),
  ...["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"].map(
    (kind): [string, Reason] => [kind, RUNS_THERE],
  ),
  ["Endpoints", RUNS_THERE],
  [
    "Kustomization",
    { why: "it says how documents are made, and is none", instead: "Apply the folder with -k, or leave the file out." },
  ],
  ...["VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "EnvoyFilter", "RequestAuthentication"].map(
    (kind): [string, Reason] => [kind, ISTIO],
  ),
  ["PeerAuthentication", ISTIO],
  ...["Canary", "MetricTemplate", "AlertProvider"].map((kind): [string, Reason] => [kind, FLAGGER]),
  ...["AnalysisTemplate", "ClusterAnalysisTemplate"].map((kind): [string, Reason] => [kind, ARGO]),
]);

/** Why a kind that exists elsewhere cannot be served here, or null when it is simply unknown. */
export function unsupportedKind(kind: string): Reason | null {
  return reasons.get(kind) ?? null;
}

/** What to do with somebody else's kind of the same name as one of ours; null = nothing is known of it. */
export function namesakeHint(kind: string, apiVersion: unknown): string | null {
  const isArgo = kind === "Rollout" && typeof apiVersion === "string" && apiVersion.startsWith("argoproj.io/");
  return isArgo ? ARGO.instead : null;
}
