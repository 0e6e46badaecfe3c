// What a policy of Istio's security kinds is attached to here: the Services and Gateways that it names, or that its
// selector's labels stand for, or the whole mesh. A policy attaches within its own namespace, so one of Istio's root
// namespace, or for the pods of a gateway, becomes one in each namespace that it reaches.
import { ROOT_NAMESPACE, type IstioDocuments, type ServiceName } from "./documents.ts";
import { inParts } from "../source/parts.ts";
import type { SourceDocument } from "../source/source-documents.ts";
import { isRecord } from "../../model/word/record.ts";
import type { Field } from "../source/source-field.ts";
import { gatewaysAt, gatewaysIn, has, isGateway, type Labels } from "./workloads.ts";

export type ScopeTarget = Readonly<Record<string, string>>;

/** The targets of one namespace. */
interface ScopePlace {
  readonly namespace: string;
  readonly targets: readonly ScopeTarget[];
}

interface PolicyScope {
  /** None without targets. */
  readonly places: readonly ScopePlace[];
  /** The policy was for less than these targets. */
  readonly wider: boolean;
}

/** As many targets as one policy may have. */
const MOST_TARGETS = 16;
const APP_LABELS = ["app.kubernetes.io/name", "app"];

/** The targets of a scope, as many at a time as one policy may have. */
export function scopePlacesOf({ places }: PolicyScope): ScopePlace[] {
  return places.flatMap(({ namespace, targets }) =>
    inParts(targets, MOST_TARGETS).map((some) => ({ namespace, targets: some })),
  );
}

/** Null when it cannot be said; notes say why. */
export function policyScopeOf(spec: Field, { namespace }: SourceDocument, world: IstioDocuments): PolicyScope | null {
  const refs = [spec.at("targetRef"), ...spec.at("targetRefs").items()].filter(({ present }) => present);
  if (refs.length > 0) {
    return scopeOfRefs(refs, namespace, world);
  }
  const selector = spec.at("selector");
  const labels = selector.at("matchLabels");
  const wanted = labels.members();
  if (wanted.length > 0) {
    return scopeOfLabels(labels, wanted, namespace, world);
  }
  // An unread selector is not an empty one: guessing would attach the policy elsewhere.
  if (isRecord(selector.value) && Object.keys(selector.value).some((key) => key !== "matchLabels")) {
    return null;
  }
  if (namespace === ROOT_NAMESPACE) {
    return { places: [{ namespace, targets: [{ kind: "Mesh" }] }], wider: false };
  }
  return scopeOfNamespace(spec, namespace, world);
}

function scopeOfNamespace(spec: Field, namespace: string, world: IstioDocuments): PolicyScope | null {
  const targets = servicesOf(world, namespace).map(({ name }) => ({ kind: "Service", name }));
  const places = byNamespace([
    ...targets.map((target) => ({ namespace, target })),
    ...gatewaysIn(namespace, world).flatMap((gateway) => (gateway.isWaypoint ? [] : [toGateway(gateway)])),
  ]);
  if (places.length === 0) {
    spec.drop(`It is for all of the namespace ${namespace}, of which the input has no Service to attach it to`);
    return null;
  }
  spec.change(
    `It was for all of the namespace ${namespace}; it is attached to what the input has of it, not to what comes later`,
  );
  return { places, wider: false };
}

function scopeOfRefs(refs: readonly Field[], namespace: string, world: IstioDocuments): PolicyScope | null {
  const targets = refs.flatMap((ref): ScopeTarget[] => {
    const [group = "", kind, name] = ["group", "kind", "name"].map((key) => ref.at(key).text());
    const fits = (kind === "Service" && group === "") || (kind === "Gateway" && group === "gateway.networking.k8s.io");
    if (fits && typeof name === "string" && kind !== undefined && kind !== null) {
      const gateway = world.gateways.find((one) => one.namespace === namespace && one.name === name);
      if (kind === "Gateway" && gateway?.isWaypoint === true) {
        return servicesBehind(ref, gateway, world).map(({ target }) => target);
      }
      const known = kind === "Gateway" ? gateway : servicesOf(world, namespace).find((one) => one.name === name);
      if (known === undefined) {
        sayAbsent(ref, kind, name);
      }
      return [{ kind, name }];
    }
    ref.drop(`A policy attaches to Services and Gateways, not to ${kind ?? "this"}`);
    return [];
  });
  return targets.length === 0 ? null : { places: [{ namespace, targets }], wider: false };
}

/** Apply takes a policy that selects nothing: whoever imports is to know before. */
function sayAbsent(field: Field, kind: string, name: string): void {
  field.change(`The input has no ${kind} ${name}: NOTHING ENFORCES IT HERE unless the mesh has one of that name`);
}

/** Nothing comes in through a waypoint here: what it guards are the services themselves. */
function servicesBehind(field: Field, { namespace, name }: ServiceName, world: IstioDocuments): Placed[] {
  const services = servicesOf(world, namespace);
  const some = `A waypoint has no traffic here: it is attached to the Services of ${namespace}, not to those of other namespaces that use ${name}`;
  if (services.length > 0) {
    field.change(some);
  }
  return services.map(toTarget);
}

function scopeOfLabels(
  field: Field,
  wanted: readonly [string, Field][],
  namespace: string,
  world: IstioDocuments,
): PolicyScope | null {
  const labels: Labels = Object.fromEntries(wanted.map(([label, value]) => [label, value.text()]));
  const anywhere = namespace === ROOT_NAMESPACE;
  const selection = gatewaysAt(labels, { namespace, anywhere }, world);
  const services = servicesOf(world, anywhere ? null : namespace);
  const exact = services.filter(({ selector }) => selector !== null && has(selector, labels));
  const theirs = (selection?.gateways ?? []).flatMap((one) =>
    one.isWaypoint ? servicesBehind(field, one, world) : [toGateway(one)],
  );
  const found = [...exact.map(toTarget), ...theirs];
  if (found.length > 0) {
    return { places: byNamespace(found), wider: selection?.wider ?? false };
  }
  if (selection !== null) {
    field.drop("It is for the pods of a gateway, and no Gateway of the input has them");
    return null;
  }
  const app = APP_LABELS.map((label) => labels[label]).find((value) => value);
  if (typeof app !== "string") {
    field.drop(`No Service of the input stands for these labels, and none is named by ${APP_LABELS.join(" or ")}`);
    return null;
  }
  const byApp = services.filter(
    ({ selector }) => selector !== null && APP_LABELS.some((label) => selector[label] === app),
  );
  const further = wanted.filter(([label]) => !APP_LABELS.includes(label));
  for (const [label, value] of further) {
    value.drop(`A policy attaches to all of a service, not to workloads with ${label}`);
  }
  if (byApp.length === 0) {
    sayAbsent(field, "Service", app);
  }
  const targets = byApp.length > 0 ? byApp.map(toTarget) : [toTarget({ namespace, name: app })];
  return { places: byNamespace(targets), wider: further.length > 0 };
}

interface Placed {
  readonly namespace: string;
  readonly target: ScopeTarget;
}

const toTarget = ({ namespace, name }: { readonly namespace: string; readonly name: string }): Placed => ({
  namespace,
  target: { kind: "Service", name },
});

const toGateway = (gateway: { readonly namespace: string; readonly name: string }): Placed => ({
  namespace: gateway.namespace,
  target: refOf(gateway),
});

function refOf({ name }: { readonly name: string }): ScopeTarget {
  return { group: "gateway.networking.k8s.io", kind: "Gateway", name };
}

function byNamespace(placed: readonly Placed[]): ScopePlace[] {
  return [...Map.groupBy(placed, ({ namespace }) => namespace)].map(([namespace, some]) => ({
    namespace,
    targets: some.map(({ target }) => target),
  }));
}

/** The Services that requests go to, not those before a gateway's pods. @param namespace null = of all */
function servicesOf({ services, gateways }: IstioDocuments, namespace: string | null): IstioDocuments["services"] {
  return services.filter(
    (service) =>
      (namespace === null || service.namespace === namespace) &&
      !(service.selector !== null && isGateway({ namespace, labels: service.selector, account: null }, gateways)),
  );
}
