// Which Service a Rollout of Argo is of: the one that it names, else the one of the input that stands for its pods.
import { isRecord } from "../../model/word/record.ts";
import { isKept } from "../source/import-gateway-api.ts";
import type { SourceDocument } from "../source/source-documents.ts";

/** What the input says beside Rollouts, read once. */
export interface ArgoSurroundings {
  /** Services by namespace and the first label that they select by. */
  readonly services: ReadonlyMap<string, readonly SourceDocument[]>;
  /** By namespace, kind and name. */
  readonly workloads: ReadonlyMap<string, SourceDocument>;
}

export function surveyArgo(all: readonly SourceDocument[]): ArgoSurroundings {
  const services = Map.groupBy(all, (one) => keyOf(one.namespace, ...(selectorOf(one)[0] ?? [])));
  return { services, workloads: new Map(all.map((one) => [keyOf(one.namespace, one.kind, one.name), one])) };
}

/** Null when that is not known, which is then told. */
export function routedService(source: SourceDocument, around: ArgoSurroundings): string | null {
  const { root, namespace } = source;
  const spec = root.at("spec");
  const strategy = spec.at("strategy");
  const canary = strategy.at("canary");
  const routing = canary.at("trafficRouting");
  const preview = canary.at("canaryService").text();
  const named = [
    routing.at("alb").at("rootService"),
    routing.at("smi").at("rootService"),
    canary.at("stableService"),
    strategy.at("blueGreen").at("activeService"),
  ].flatMap((field) => field.text() ?? []);
  const [first] = named;
  if (first !== undefined) {
    return first;
  }
  const labels = labelsOf(spec.value, namespace, around);
  const [service, other] = Object.entries(labels)
    .flatMap((label) => around.services.get(keyOf(namespace, ...label)) ?? [])
    .filter((one) => one.name !== preview && selects(one, labels) && isKept(one));
  if (service !== undefined && other === undefined) {
    return service.name;
  }
  root.drop(
    service === undefined
      ? "It names no stableService, and no Service of the input selects its pods: give that Service along, or name it"
      : `It names no stableService, and several Services select its pods (${service.name}, ${other?.name}): name one`,
  );
  return null;
}

type Labels = Readonly<Record<string, unknown>>;

/** Of the pods: as the Rollout says, or the workload that it names. */
function labelsOf(spec: unknown, namespace: string, { workloads }: ArgoSurroundings): Labels {
  const ref = recordOf(below(spec, "workloadRef"));
  const workload = workloads.get(keyOf(namespace, ref["kind"], ref["name"]));
  return { ...podLabels(below(workload?.root.value, "spec")), ...podLabels(spec) };
}

const podLabels = (spec: unknown): Labels => ({
  ...recordOf(below(spec, "selector", "matchLabels")),
  ...recordOf(below(spec, "template", "metadata", "labels")),
});

const selectorOf = ({ kind, root }: SourceDocument): [string, unknown][] =>
  kind === "Service" ? Object.entries(recordOf(below(root.value, "spec", "selector"))) : [];

function selects(service: SourceDocument, labels: Labels): boolean {
  const wanted = selectorOf(service);
  return wanted.length > 0 && wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}

const keyOf = (...parts: readonly unknown[]): string => JSON.stringify(parts);

/** What stands there; undefined for nothing. */
function below(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

const recordOf = (value: unknown): Labels => (isRecord(value) ? value : {});
