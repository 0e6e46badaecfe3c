// Resources of a gateway in local mode (Flex, Omni): ApiInstances with their services, Services of their own, and
// bindings of policies by name or by label.
import { isRecord } from "../../model/word/record.ts";
import type { SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";
import type { AnypointApi, AnypointPolicy, AnypointRoute } from "./api.ts";
import { policyOf } from "./policies.ts";

/** An API and the policies in force for it. */
export interface ReadApi {
  readonly api: AnypointApi;
  readonly policies: readonly BoundPolicy[];
}

export interface BoundPolicy {
  readonly policy: AnypointPolicy;
  /** The requests that it is for, where those are not all. */
  readonly rules: Field | null;
}

const LOST = "It is left out: NOTHING ENFORCES IT HERE";

export function readInstance(source: SourceDocument, services: ReadonlyMap<string, Field>): ReadApi {
  const { root, namespace, name } = source;
  const spec = root.at("spec");
  const labels = textsOf(root.at("metadata").at("labels"));
  const routes = spec
    .at("services")
    .members()
    .flatMap(([called, service]) => {
      const own = service.at("address");
      const address = own.present ? own : services.get(`${namespace}/${called}`);
      if (address === undefined) {
        service.drop(`There is no address of the service ${called}: its routes are left out`);
        return [];
      }
      return routesOf(service, [{ name: called, address, weight: 1 }]);
    });
  const policies = spec
    .at("policies")
    .items()
    .map((entry) => bound(entry));
  const api = { namespace, name, labels, address: spec.at("address"), routes, tiers: [], root };
  return { api, policies };
}

function routesOf(service: Field, upstreams: AnypointRoute["upstreams"]): AnypointRoute[] {
  const routes = service.at("routes").items();
  if (routes.length === 0) {
    return [{ rules: [], destinationPath: null, upstreams }];
  }
  return routes.map((route) => {
    const destination = route.at("config").at("destinationPath");
    return { rules: route.at("rules").items(), destinationPath: destination.present ? destination : null, upstreams };
  });
}

function bound(entry: Field): BoundPolicy {
  const ref = entry.at("policyRef");
  ref.at("namespace").take();
  entry.at("order").take();
  const rules = entry.at("rules");
  return { policy: policyOf(ref.at("name"), entry.at("config")), rules: rules.items().length > 0 ? rules : null };
}

/** The policy of a PolicyBinding, and which APIs it is for. */
export function readBinding(
  { root, namespace }: SourceDocument,
  apis: readonly AnypointApi[],
): { readonly policy: BoundPolicy; readonly apis: readonly AnypointApi[] } {
  const spec = root.at("spec");
  const target = spec.at("targetRef");
  const kind = target.at("kind").text() ?? "ApiInstance";
  const name = target.at("name").text();
  const theirs = target.at("namespace").text() ?? namespace;
  const selector = target.at("selector").present ? target.at("selector") : spec.at("selector");
  selector.at("kind").take();
  const wanted = { ...textsOf(selector.at("labels")), ...textsOf(selector.at("matchLabels")) };
  const policy = bound(spec);
  const found = apis.filter((api) => {
    if (kind === "Selector" || (name === null && selector.present)) {
      return Object.entries(wanted).every(([label, value]) => api.labels[label] === value);
    }
    return kind === "ApiInstance" && api.name === name && api.namespace === theirs;
  });
  if (found.length === 0) {
    target.drop(`No ApiInstance of the input is meant. ${LOST}`);
  }
  return { policy, apis: found };
}

function textsOf(field: Field): Record<string, string> {
  const value = isRecord(field.value) ? field.value : {};
  field.take();
  const texts = Object.entries(value).filter(([, one]) => ["string", "boolean", "number"].includes(typeof one));
  return Object.fromEntries(texts.map(([key, one]) => [key, String(one)]));
}
