// Istio's AuthorizationPolicy → ours. Whatever cannot be said makes an ALLOW allow less and a DENY deny more, never the
// other way round: an ALLOW whose rules all went is still written, because without it everything would be allowed.
import type { PlainDocument } from "./import-note.ts";
import { translateRules } from "./istio-authorization-rule.ts";
import type { Desk } from "./istio-desk.ts";
import { ROOT_NAMESPACE, type IstioWorld } from "./istio-world.ts";
import { isRecord, type Field } from "./source-field.ts";
import { labelName, readMetadata, type SourceDocument } from "./source-documents.ts";

type Target = Readonly<Record<string, string>>;

interface Scope {
  readonly targets: readonly Target[];
  /** The policy was for less than these targets. */
  readonly wider: boolean;
}

const MOST_TARGETS = 16;
const APP_LABELS = ["app.kubernetes.io/name", "app"];
const LOST = "The policy is left out: NOTHING ENFORCES IT HERE";

export function translateAuthorizationPolicy(source: SourceDocument, { world, names }: Desk): PlainDocument[] {
  const { root, namespace } = source;
  const spec = root.at("spec");
  const { annotations: all = {}, ...metadata } = readMetadata(source);
  const { "istio.io/dry-run": dryRun, ...annotations } = all;
  const action = spec.at("action").text() ?? "ALLOW";
  if (action !== "ALLOW" && action !== "DENY" && action !== "AUDIT") {
    const why =
      action === "CUSTOM" ? "an ExternalAuth filter of a route asks another service" : "there is no such action";
    root.drop(`${LOST}. Action ${action}: ${why}`);
    return [];
  }
  if (dryRun === "true") {
    root.drop("It is a dry run (istio.io/dry-run): here it would be enforced, so it is left out");
    return [];
  }
  const scope = scopeOf(spec, source, world);
  const translated = translateRules(spec.at("rules"), action, world.trustDomain);
  const narrowed = scope !== null && scope.wider && action === "ALLOW" && translated.length > 0;
  if (narrowed)
    spec
      .at("rules")
      .drop("They were for fewer workloads: for all of the service they would allow more, so they are refused");
  // An ALLOW or an audit that says more than is known is told by its fields; a rule that nobody read is a note as well.
  spec.tellRest({});
  root.tellRest({});
  if (scope === null || scope.targets.length === 0) {
    root.drop(LOST);
    return [];
  }
  const rules = narrowed ? [] : translated;
  const written = spec.at("rules").items().length;
  if (rules.length === 0 && action !== "ALLOW") {
    // Without rules it matches nothing there as well.
    if (written > 0) root.drop(LOST);
    return [];
  }
  if (labelName(source.name) !== source.name) {
    root
      .at("metadata")
      .at("name")
      .change(`A name is a DNS label here: it becomes ${labelName(source.name)}`);
  }
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return Array.from({ length: Math.ceil(scope.targets.length / MOST_TARGETS) }, (_, part) => ({
    apiVersion: "selvage.dev/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: names.take("AuthorizationPolicy", namespace, source.name), namespace, ...metadata, ...kept },
    spec: { targetRefs: scope.targets.slice(part * MOST_TARGETS, (part + 1) * MOST_TARGETS), action, rules },
  }));
}

/** What the policy is attached to; null when that cannot be said. */
function scopeOf(spec: Field, { namespace }: SourceDocument, world: IstioWorld): Scope | null {
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

function scopeOfRefs(refs: readonly Field[]): Scope | null {
  const targets = refs.flatMap((ref): Target[] => {
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
  world: IstioWorld,
): Scope | null {
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
