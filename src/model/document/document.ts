// A document as everything behind the parser sees it: known kind, every default filled, typed by kind. Types only.
import type { CoreServiceSpec } from "./gateway-api/kubernetes.ts";
import type { Metadata } from "./field/metadata.ts";
import type { KindName, KindSpecs } from "./kinds.ts";

export type { KindName } from "./kinds.ts";

interface DocumentShape<Kind extends string, ApiVersion extends string, Spec> {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: Metadata;
  readonly spec: Spec;
}

/** A registry entry in our own words. */
type SelvageService = DocumentShape<"Service", "selvage.dev/v1", KindSpecs["Service"]>;
/** A core Kubernetes Service: the same registry entry, its spec kept and not interpreted. */
type CoreService = DocumentShape<"Service", "v1", CoreServiceSpec>;

/** The document of one kind. Of `Service` there are two, told apart by `apiVersion`. */
export type DocumentOf<Kind extends KindName> = Kind extends "Service"
  ? SelvageService | CoreService
  : DocumentShape<Kind, string, KindSpecs[Kind]>;

/** Any document, discriminated by `kind`. */
export type Document = { [Kind in KindName]: DocumentOf<Kind> }[KindName];
