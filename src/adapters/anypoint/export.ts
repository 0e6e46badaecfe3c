// An API as API Manager exports it (`anypoint-cli api-mgr api describe`, its REST API), with the policies and tiers
// that are exported beside it. Members have other names in other releases: all that are known are looked for.
import { isRecord } from "../../model/word/record.ts";
import { labelName } from "../source/source-documents.ts";
import { Field } from "../source/source-field.ts";
import type { AnypointRoute, AnypointUpstream } from "./api.ts";
import { policyOf } from "./policies.ts";
import type { BoundPolicy, ReadApi } from "./resources.ts";

/** What API Manager says of its own bookkeeping. */
const BOOKKEEPING =
  "audit masterOrganizationId organizationId environmentId id groupId assetId assetVersion productVersion description tags " +
  "order providerId deprecated lastActiveDate isPublic stage technology status autodiscoveryInstanceName instanceLabel " +
  "lastActiveDelta pinned endpointUri activeContractsCount asset deployment approvalMethod policiesCount contracts";
const OF_ENDPOINT =
  "audit id apiId type deploymentType isCloudHub muleVersion4OrAbove policiesVersion referencesUserDomain responseTimeout " +
  "wsdlConfig validation";
const OF_POLICY =
  "id policyId apiId groupId assetVersion order type audit masterOrganizationId organizationId version implementationAsset";

/** Is it such an export? */
export function isExport(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value) || "kind" in value) {
    return false;
  }
  return "assetId" in value || "endpoint" in value || "instanceLabel" in value;
}

export function readExport(value: Readonly<Record<string, unknown>>, namespace: string): ReadApi {
  const called = ["instanceLabel", "autodiscoveryInstanceName", "assetId"].map((member) => value[member]);
  const name = labelName(called.find((text): text is string => typeof text === "string" && text !== "") ?? "api");
  const root = new Field(value, `API/${namespace}/${name}`);
  for (const member of BOOKKEEPING.split(" ")) {
    root.at(member).take();
  }
  const endpoint = root.at("endpoint");
  for (const member of OF_ENDPOINT.split(" ")) {
    endpoint.at(member).take();
  }
  const single = endpoint.at("uri");
  const routing = root.at("routing").items();
  const named = new Map(
    root
      .at("upstreams")
      .items()
      .map((upstream) => [upstream.at("id").text() ?? "", upstream]),
  );
  const routes: AnypointRoute[] = routing.map((route) => ({
    rules: route.at("rules").present ? [route.at("rules")] : [],
    destinationPath: null,
    upstreams: route
      .at("upstreams")
      .items()
      .map((upstream, index) => upstreamOf(upstream, named, `${name}-${index + 1}`)),
  }));
  for (const route of routing) {
    route.at("label").take();
  }
  if (routes.length === 0 && single.present) {
    routes.push({ rules: [], destinationPath: null, upstreams: [{ name, address: single, weight: 1 }] });
  } else {
    single.take();
  }
  const list = root.at("policies");
  const policies = (Array.isArray(list.value) ? list.items() : list.at("policies").items()).flatMap(policyIn);
  const tiers = [...root.at("tiers").items(), ...root.at("tiers").at("tiers").items()];
  const api = { namespace, name, labels: {}, address: endpoint.at("proxyUri"), routes, tiers, root };
  return { api, policies };
}

function upstreamOf(upstream: Field, named: ReadonlyMap<string, Field>, fallback: string): AnypointUpstream {
  const other = named.get(upstream.at("id").text() ?? "");
  const address = upstream.at("uri").present ? upstream.at("uri") : (other ?? upstream).at("uri");
  const label = upstream.at("label").text() ?? other?.at("label").text() ?? fallback;
  upstream.at("tlsContext").take();
  other?.at("tlsContext").take();
  return { name: labelName(label), address, weight: upstream.at("weight").number() ?? 1 };
}

function policyIn(entry: Field): BoundPolicy[] {
  const template = entry.at("template");
  const places = [
    entry.at("assetId"),
    template.at("assetId"),
    entry.at("policyTemplateId"),
    entry.at("implementationAsset").at("assetId"),
  ];
  const named = places.find((place) => typeof place.value === "string") ?? entry.at("assetId");
  for (const place of places) {
    place.take();
  }
  template.take();
  for (const member of OF_POLICY.split(" ")) {
    entry.at(member).take();
  }
  if (entry.at("disabled").flag() === true) {
    entry.drop("It is disabled");
    return [];
  }
  const configuration = ["configuration", "configurationData"]
    .map((member) => entry.at(member))
    .find(({ present }) => present);
  const pointcut = entry.at("pointcutData");
  return [
    { policy: policyOf(named, configuration ?? entry.at("configuration")), rules: pointcut.present ? pointcut : null },
  ];
}
