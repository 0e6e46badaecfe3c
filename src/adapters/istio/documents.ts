// What the documents of an Istio configuration say together: which services and namespaces there are, which hosts are
// outside, what versions subsets stand for. Read once, before any of them is translated.
import { NAME } from "../../model/document/field/names.ts";
import { isKept } from "../source/import-gateway-api.ts";
import { labelName, type SourceDocument } from "../source/source-documents.ts";
import { isRecord } from "../../model/word/record.ts";
import {
  accountsOf,
  GATEWAY_NAME,
  istioWorkloadOf,
  type Accounts,
  type KnownGateway,
  type Labels,
  type IstioWorkload,
} from "./workloads.ts";

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

interface KnownService extends ServiceName {
  /** Labels of the workloads behind it; null for one without selector. */
  readonly selector: Readonly<Record<string, unknown>> | null;
}

export interface IstioDocuments {
  /** Trust domain of the mesh that the documents are for. */
  readonly trustDomain: string;
  readonly namespaces: ReadonlySet<string>;
  readonly services: readonly KnownService[];
  /** Hosts of ServiceEntries. */
  readonly outside: ReadonlySet<string>;
  /** `labels.version` by `"<namespace>/<service>/<subset>"`; null for a subset without that label. */
  readonly subsets: ReadonlyMap<string, string | null>;
  /** Pods behind Services, and of Deployments and the like. */
  readonly workloads: readonly IstioWorkload[];
  readonly gateways: readonly KnownGateway[];
  readonly accounts: Accounts;
  /** Of the RequestAuthentications: nobody else's tokens are accepted. */
  readonly issuers: readonly string[];
}

/** Istio's default: policies in it hold for the whole mesh. */
export const ROOT_NAMESPACE = "istio-system";

/** Last labels of public names, by which `example.com` is told from `orders.shop`. */
const PUBLIC = /^([a-z]{2}|com|org|net|edu|gov|mil|int|info|biz|dev|app|cloud|local|localhost|internal|test|example)$/;

export function surveyIstio(documents: readonly SourceDocument[], trustDomain: string): IstioDocuments {
  const namespaces = new Set<string>();
  const services: KnownService[] = [];
  const outside = new Set<string>();
  const subsets = new Map<string, string | null>();
  const issuers = new Set<string>();
  const workloads: IstioWorkload[] = [];
  const gateways: KnownGateway[] = [];
  for (const source of documents) {
    const { kind, namespace, name, root } = source;
    namespaces.add(kind === "Namespace" ? name : namespace);
    const spec = specOf(root.value);
    if (kind === "Service" && isKept(source)) {
      const selector = spec["selector"];
      services.push({ namespace, name, selector: isRecord(selector) ? selector : null });
      if (isRecord(selector)) {
        workloads.push({ namespace, labels: selector, account: null });
      }
    }
    const workload = istioWorkloadOf(kind, namespace, spec);
    if (workload !== null) {
      workloads.push(workload);
    }
    if (kind === "Gateway") {
      gateways.push(gatewayOf(source, spec));
    }
    if (kind === "ServiceEntry") {
      for (const host of list(spec["hosts"])) {
        if (typeof host === "string") {
          outside.add(host);
        }
      }
    }
    for (const rule of kind === "RequestAuthentication" ? list(spec["jwtRules"]) : []) {
      const issuer = isRecord(rule) ? rule["issuer"] : undefined;
      if (typeof issuer === "string" && issuer !== "") {
        issuers.add(issuer);
      }
    }
  }
  const accounts = accountsOf(workloads, services);
  const known = {
    trustDomain,
    namespaces,
    services,
    outside,
    subsets,
    workloads,
    gateways,
    accounts,
    issuers: [...issuers],
  };
  for (const { kind, namespace, root } of documents) {
    const spec = specOf(root.value);
    const service = typeof spec["host"] === "string" ? serviceOf(spec["host"], namespace, known) : null;
    if (kind !== "DestinationRule" || service === null) {
      continue;
    }
    for (const subset of list(spec["subsets"])) {
      if (!isRecord(subset)) {
        continue;
      }
      const version = isRecord(subset["labels"]) ? subset["labels"]["version"] : undefined;
      const key = `${service.namespace}/${service.name}/${String(subset["name"])}`;
      if (!subsets.has(key)) {
        subsets.set(key, typeof version === "string" && version !== "" ? version : null);
      }
    }
  }
  return known;
}

/** The service of the mesh that a host means, seen from a namespace; null for hosts that are none. */
export function serviceOf(
  host: string,
  namespace: string,
  world: Pick<IstioDocuments, "namespaces" | "outside">,
): ServiceName | null {
  if (world.outside.has(host)) {
    return null;
  }
  const local = /^(.+)\.svc(?:\.cluster\.local)?$/.exec(host);
  const [name = "", theirs = local === null ? namespace : "", ...more] = (local?.[1] ?? host).split(".");
  if (more.length > 0 || !NAME.test(name) || !NAME.test(theirs)) {
    return null;
  }
  const dotted = local === null && host.includes(".");
  if (dotted && !world.namespaces.has(theirs) && PUBLIC.test(theirs)) {
    return null;
  }
  return { namespace: theirs, name };
}

function gatewayOf({ apiVersion, namespace, name }: SourceDocument, spec: Labels): KnownGateway {
  const { selector } = spec;
  if (apiVersion.startsWith("gateway.")) {
    const isWaypoint = spec["gatewayClassName"] === "istio-waypoint";
    return { namespace, name, selector: { [GATEWAY_NAME]: name }, isWaypoint };
  }
  return { namespace, name: labelName(name), selector: isRecord(selector) ? selector : {}, isWaypoint: false };
}

function specOf(value: unknown): Readonly<Record<string, unknown>> {
  const spec = isRecord(value) ? value["spec"] : undefined;
  return isRecord(spec) ? spec : {};
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
