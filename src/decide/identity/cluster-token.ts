// Which Service a token of a cluster's issuer speaks for. Three ways to say it are read: what Kubernetes puts into
// tokens of service accounts, its `sub`, and a SPIFFE ID (SPIRE, Istio). The service account `ns/name` is the Service
// `ns/name`.
import type { Claims } from "../../model/snapshot/caller.ts";
import { isRecord } from "../../model/word/record.ts";
import { readSpiffeId } from "./spiffe-id.ts";

export interface Workload {
  readonly namespace: string;
  readonly name: string;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** @returns null = it names no service, or two; or its subject is somebody of another trust domain */
export function workloadOf(claims: Claims, trustDomain: string): Workload | null {
  const { sub } = claims;
  const bySubject = typeof sub === "string" ? subjectOf(sub, trustDomain) : null;
  if (bySubject === "foreign") {
    return null;
  }
  const named = [bySubject, byKubernetes(claims["kubernetes.io"])].filter((one) => one !== null);
  const [first, second = first] = named;
  if (first === undefined || second === undefined) {
    return null;
  }
  if (first.namespace !== second.namespace || first.name !== second.name) {
    return null;
  }
  return NAME.test(first.namespace) && NAME.test(first.name) ? first : null;
}

function subjectOf(sub: string, trustDomain: string): Workload | "foreign" | null {
  if (sub.startsWith("spiffe:")) {
    const spiffe = readSpiffeId(sub, trustDomain);
    return spiffe?.kind === "workload" ? { namespace: spiffe.party.namespace, name: spiffe.party.name } : "foreign";
  }
  const [, namespace, name] = SERVICE_ACCOUNT.exec(sub) ?? [];
  return namespace === undefined || name === undefined ? null : { namespace, name };
}

function byKubernetes(value: unknown): Workload | null {
  if (!isRecord(value) || !isRecord(value.serviceaccount)) {
    return null;
  }
  const { namespace, serviceaccount } = value;
  const { name } = serviceaccount;
  return typeof namespace === "string" && typeof name === "string" ? { namespace, name } : null;
}
