// What a policy of Istio's security kinds is attached to here: the Services and Gateways that it names, the Services that its
// selector's labels stand for, or the whole mesh.
import { ROOT_NAMESPACE, type IstioDocuments } from "./documents.ts";
import type { SourceDocument } from "../source/source-documents.ts";
import { isRecord, type Field } from "../source/source-field.ts";

export type ScopeTarget = Readonly<Record<string, string>>;

interface PolicyScope {
  readonly targets: readonly ScopeTarget[];
  /** The policy was for less than these targets. */
  readonly wider: boolean;
}

/** As many targets as one policy may have. */
export const MOST_TARGETS = 16;
const APP_LABELS = ["app.kubernetes.io/name", "app"];

/** Null when it cannot be said; notes say why. */
export function policyScopeOf(spec: Field, { namespace }: SourceDocument, world: IstioDocuments): PolicyScope | null {
  const refs = [spec.at("targetRef"), ...spec.at("targetRefs").items()].filter(({ present }) => present);
  if (refs.length > 0) return scopeOfRefs(refs);
  const selector = spec.at("selector");
  const labels = selector.at("matchLabels");
  const wanted = labels.members();
  if (wanted.length > 0) return scopeOfLabels(labels, wanted, namespace, world);
  // An unread selector is not an empty one: guessing would attach the policy elsewhere.
  if (isRecord(selector.value) && Object.keys(selector.value).some((key) => key !== "matchLabels")) return null;
  if (namespace === ROOT_NAMESPACE) return { targets: [{ kind: "Mesh" }], wider: false };
  const targets = world.services
    .filter((service) => service.namespace === namespace)
    .map(({ name }) => ({ kind: "Service", name }));
  if (targets.length > 0) {
    spec.change(
      `It was for all of the namespace ${namespace}; it is attached to the Services of the input, not to later ones`,
    );
    return { targets, wider: false };
  }
  spec.drop(`It is for all of the namespace ${namespace}, of which the input has no Service to attach it to`);
  return null;
}

function scopeOfRefs(refs: readonly Field[]): PolicyScope | null {
  const targets = refs.flatMap((ref): ScopeTarget[] => {
    const [group = "", kind, name] = ["group", "kind", "name"].map((key) => ref.at(key).text());
    const fits = (kind === "Service" && group === "") || (kind === "Gateway" && group === "gateway.networking.k8s.io");
    if (fits && typeof name === "string" && kind !== undefined && kind !== null) return [{ kind, name }];
    ref.drop(`A policy attaches to Services and Gateways, not to ${kind ?? "this"}`);
    return [];
  });
  return targets.length === 0 ? null : { targets, wider: false };
}

function scopeOfLabels(
  field: Field,
  wanted: readonly [string, Field][],
  namespace: string,
  world: IstioDocuments,
): PolicyScope | null {
  const labels = wanted.map(([label, value]) => [label, value.text()] as const);
  const inside = world.services.filter((service) => service.namespace === namespace || namespace === ROOT_NAMESPACE);
  const local = inside.filter((service) => service.namespace === namespace);
  if (namespace === ROOT_NAMESPACE && inside.length > local.length) {
    field.change(
      "In the root namespace it selected workloads everywhere; it is attached within its own namespace only",
    );
  }
  const exact = local.filter(
    ({ selector }) => selector !== null && labels.every(([label, value]) => selector[label] === value),
  );
  if (exact.length > 0) return { targets: exact.map(({ name }) => ({ kind: "Service", name })), wider: false };
  const app = APP_LABELS.map((label) => labels.find(([name]) => name === label)?.[1]).find((value) => value);
  if (typeof app !== "string") {
    field.drop(`No Service of the input stands for these labels, and none is named by ${APP_LABELS.join(" or ")}`);
    return null;
  }
  const byApp = local.filter(
    ({ selector }) => selector !== null && APP_LABELS.some((label) => selector[label] === app),
  );
  const names = byApp.length > 0 ? byApp.map(({ name }) => name) : [app];
  const further = wanted.filter(([label]) => !APP_LABELS.includes(label));
  for (const [label, value] of further)
    value.drop(`A policy attaches to all of a service, not to workloads with ${label}`);
  return { targets: names.map((name) => ({ kind: "Service", name })), wider: further.length > 0 };
}
