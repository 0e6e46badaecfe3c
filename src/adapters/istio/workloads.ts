// Which workloads an Istio configuration speaks of, as far as the input shows them: pods behind Services, pods of
// Deployments, and Istio's own gateways as they are installed. A selector means all of them that carry its labels.
import { isRecord } from "../../model/word/record.ts";

export type Labels = Readonly<Record<string, unknown>>;

export interface IstioWorkload {
  /** null = wherever it was installed. */
  readonly namespace: string | null;
  readonly labels: Labels;
  /** Kubernetes service account; null where the input does not say. */
  readonly account: string | null;
}

export interface KnownGateway {
  readonly namespace: string;
  /** As the document is called here. */
  readonly name: string;
  /** Of the gateway's own pods; empty = all of them. */
  readonly selector: Labels;
  /** Of an ambient mesh: it stands before the services of its namespace, and nothing comes in through it. */
  readonly isWaypoint: boolean;
}

const KINDS = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|Rollout)$/;
/** Where the Gateway API's controllers write whose pods they are. */
export const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
const GATEWAY_NAMES = [GATEWAY_NAME, "istio.io/gateway-name"];

/** Istio's charts give both labels to the pods of one gateway, and documents name either. */
const INSTALLED: readonly IstioWorkload[] = ["ingressgateway", "egressgateway"].map((istio) => ({
  namespace: null,
  labels: { app: `istio-${istio}`, istio },
  account: null,
}));

/** The pods that a workload document makes; null for other kinds. */
export function istioWorkloadOf(kind: string, namespace: string, spec: Labels): IstioWorkload | null {
  const template = isRecord(spec["template"]) ? spec["template"] : null;
  if (!KINDS.test(kind) || template === null) {
    return null;
  }
  const metadata = isRecord(template["metadata"]) ? template["metadata"] : {};
  const pod = isRecord(template["spec"]) ? template["spec"] : {};
  const account = pod["serviceAccountName"] ?? "default";
  return {
    namespace,
    labels: isRecord(metadata["labels"]) ? metadata["labels"] : {},
    account: typeof account === "string" ? account : null,
  };
}

interface AccountServices {
  readonly services: readonly { readonly namespace: string; readonly name: string }[];
  /** Nobody else's pods are behind them, and all of the account's are. */
  readonly isWhole: boolean;
}

/** By `<namespace>/<service account>`. */
export type Accounts = ReadonlyMap<string, AccountServices>;

interface ServiceOfPods {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Labels | null;
}

/** Which services the pods of each service account stand behind. Accounts without any are left out. */
export function accountsOf(workloads: readonly IstioWorkload[], services: readonly ServiceOfPods[]): Accounts {
  const running = workloads.filter(({ account }) => account !== null);
  const isBehind = ({ namespace, selector }: ServiceOfPods, pod: IstioWorkload): boolean =>
    namespace === pod.namespace && selector !== null && Object.keys(selector).length > 0 && has(pod.labels, selector);
  const byAccount = Map.groupBy(running, ({ namespace, account }) => `${namespace}/${account}`);
  return new Map(
    [...byAccount].flatMap(([account, pods]): [string, AccountServices][] => {
      const own = services.filter((service) => pods.some((pod) => isBehind(service, pod)));
      const isWhole =
        pods.every((pod) => own.some((service) => isBehind(service, pod))) &&
        own.every((service) => running.every((pod) => !isBehind(service, pod) || pods.includes(pod)));
      return own.length === 0 ? [] : [[account, { services: own, isWhole }]];
    }),
  );
}

interface GatewaySelection {
  readonly gateways: readonly KnownGateway[];
  /** The Gateways have pods that the selector does not mean. */
  readonly wider: boolean;
}

/**
 * The Gateways at whose pods a selector points.
 *
 * @param anywhere it stands in Istio's root namespace
 * @returns null = it does not point at pods of a gateway
 */
export function gatewaysAt(
  selector: Labels,
  { namespace, anywhere }: { readonly namespace: string; readonly anywhere: boolean },
  known: { readonly workloads: readonly IstioWorkload[]; readonly gateways: readonly KnownGateway[] },
): GatewaySelection | null {
  const named = GATEWAY_NAMES.map((label) => selector[label]).find((name) => name !== undefined);
  if (named !== undefined) {
    const gateways = known.gateways.filter((one) => one.name === named && (anywhere || one.namespace === namespace));
    return { gateways, wider: Object.keys(selector).some((label) => !GATEWAY_NAMES.includes(label)) };
  }
  const pods = [...known.workloads, ...INSTALLED].filter(
    (one) => isGateway(one, known.gateways) && (anywhere || (one.namespace ?? namespace) === namespace),
  );
  const meant = pods.filter(({ labels }) => has(labels, selector));
  const isTheirs = meant.length > 0 || known.gateways.some((one) => selects(one, selector)) || isGatewayLabel(selector);
  if (!isTheirs || Object.keys(selector).length === 0) {
    return null;
  }
  const gateways = known.gateways.filter(
    (one) => meant.some(({ labels }) => has(labels, one.selector)) || selects(one, selector),
  );
  const wider = gateways.some(
    (one) =>
      pods.some((pod) => has(pod.labels, one.selector) && !meant.includes(pod)) ||
      (meant.length === 0 && !has(one.selector, selector)),
  );
  return { gateways, wider };
}

/** Every Gateway with pods in a namespace. */
export function gatewaysIn(
  namespace: string,
  { workloads, gateways }: { readonly workloads: readonly IstioWorkload[]; readonly gateways: readonly KnownGateway[] },
): KnownGateway[] {
  const pods = workloads.filter((one) => one.namespace === namespace && isGateway(one, gateways));
  return gateways.filter(
    // Those of the Gateway API have their pods beside them, whether or not the input shows them.
    (one) =>
      (one.namespace === namespace && Object.hasOwn(one.selector, GATEWAY_NAME)) ||
      pods.some(({ labels }) => has(labels, one.selector)),
  );
}

/** Are these pods a gateway's, not a service's? */
export function isGateway({ labels }: IstioWorkload, gateways: readonly KnownGateway[]): boolean {
  return isGatewayLabel(labels) || gateways.some((one) => selects(one, labels));
}

function isGatewayLabel({ istio, app }: Labels): boolean {
  return [istio, app].some((value) => typeof value === "string" && /(ingress|egress)-?gateway$/.test(value));
}

function selects({ selector }: KnownGateway, labels: Labels): boolean {
  return Object.keys(selector).length > 0 && has(labels, selector);
}

/** Does the one carry all labels of the other? */
export function has(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([label, value]) => Object.hasOwn(labels, label) && labels[label] === value);
}
