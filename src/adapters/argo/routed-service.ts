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
  canary.at("canaryService").take();
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
  const labels = labelsOf(spec.value);
  const found = all.filter((one) => one.kind === "Service" && one.namespace === namespace && selects(one, labels));
  const [service, other] = found;
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

function labelsOf(spec: unknown): Labels {
  const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
  const selector = at(at(spec, "selector"), "matchLabels");
  const labels = at(at(at(spec, "template"), "metadata"), "labels");
  return { ...(isRecord(selector) ? selector : {}), ...(isRecord(labels) ? labels : {}) };
}

function selects(service: SourceDocument, labels: Labels): boolean {
  const { value } = service.root;
  const spec = isKept(service) && isRecord(value) ? value["spec"] : undefined;
  const selector = isRecord(spec) ? spec["selector"] : undefined;
  const wanted = isRecord(selector) ? Object.entries(selector) : [];
  return wanted.length > 0 && wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
