// Which Service a Rollout of Argo is of: the one that it names, else the one of the input that stands for its pods.
import { isRecord } from "../../model/word/record.ts";
import { isKept } from "../source/import-gateway-api.ts";
import type { SourceDocument } from "../source/source-documents.ts";

/** Null when that is not known, which is then told. */
export function routedService(source: SourceDocument, all: readonly SourceDocument[]): string | null {
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
  const labels = labelsOf(spec.value, { namespace, all });
  const [service, other] = all.filter(
    (one) => one.namespace === namespace && one.name !== preview && selects(one, labels) && isKept(one),
  );
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

interface Surroundings {
  readonly namespace: string;
  readonly all: readonly SourceDocument[];
}

/** Of the pods: as the Rollout says, or the workload that it names. */
function labelsOf(spec: unknown, { namespace, all }: Surroundings): Labels {
  const [kind, name] = [below(spec, "workloadRef", "kind"), below(spec, "workloadRef", "name")];
  const workload =
    name === undefined
      ? undefined
      : all.find((one) => one.kind === kind && one.name === name && one.namespace === namespace);
  const theirs = below(workload?.root.value, "spec");
  return { ...podLabels(theirs), ...podLabels(spec) };
}

const podLabels = (spec: unknown): Labels => ({
  ...recordOf(below(spec, "selector", "matchLabels")),
  ...recordOf(below(spec, "template", "metadata", "labels")),
});

function selects({ kind, root }: SourceDocument, labels: Labels): boolean {
  const wanted = Object.entries(kind === "Service" ? recordOf(below(root.value, "spec", "selector")) : {});
  return wanted.length > 0 && wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}

/** What stands there; undefined for nothing. */
function below(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

const recordOf = (value: unknown): Labels => (isRecord(value) ? value : {});
