// Istio's Destination (host, subset, port) → a backendRef. A subset becomes the `version` that its label says.
import { versionSchema } from "../../model/document/field/names.ts";
import { serviceOf, type IstioDocuments, type ServiceName } from "./documents.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";

export interface DestinationBackend extends ServiceName {
  readonly version: string | null;
  readonly port: number | null;
}

/** Null and a note when the host is no service of the mesh, or its subset cannot be named. */
export function translateDestination(
  field: Field,
  namespace: string,
  world: IstioDocuments,
): DestinationBackend | null {
  const host = field.at("host").text();
  const subset = field.at("subset").text();
  const port = field.at("port").at("number").number();
  const service = host === null ? null : serviceOf(host, namespace, world);
  if (service === null) {
    field.drop(`${host ?? "It"} is no service of the mesh: register one with its address as an endpoint`);
    return null;
  }
  const version = subset === null || subset === "" ? null : versionOf(service, subset, field.at("subset"), world);
  const refusal = version === null ? null : refusalOf(versionSchema, version);
  if (refusal !== null) {
    field.drop(`${refusal}: the destination is left out`);
    return null;
  }
  return { ...service, version, port };
}

function versionOf(service: ServiceName, subset: string, field: Field, world: IstioDocuments): string {
  const { namespace, name } = service;
  const known = world.subsets.get(`${namespace}/${name}/${subset}`);
  if (typeof known === "string") {
    return known;
  }
  const why = known === null ? "has no label version" : "is in no DestinationRule of the input";
  field.change(`The subset ${subset} of ${namespace}/${name} ${why}: its name stands for the version of endpoints`);
  return subset;
}

/** As routes in `namespace` write it. */
export function backendRef({ namespace: theirs, name, port }: DestinationBackend, namespace: string): object {
  return { name, ...(theirs === namespace ? {} : { namespace: theirs }), ...(port === null ? {} : { port }) };
}
