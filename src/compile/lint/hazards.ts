// What is allowed and seldom meant: every website with its visitors' credentials, names that can name nothing, links to
// addresses where machines keep their credentials.
import { isMetadataHost } from "../../decide/text/metadata-host.ts";
import type { Document } from "../../model/document/document.ts";
import type { HTTPRouteFilter } from "../../model/document/gateway-api/http-route-filter.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOfDocument } from "../../model/word/refs.ts";

type Draft = Pick<Finding, "code" | "pointer" | "message" | "hint">;

export function hazardsOf(document: Document): Finding[] {
  const ref = refOfDocument(document);
  const drafts = [...openCors(document), ...slashedNames(document), ...metadataUrls(document)];
  return drafts.map((draft): Finding => Object.assign(draft, { severity: "warning" as const, ref }));
}

const ANY_ORIGIN: ReadonlySet<string> = new Set(["*", "http://*", "https://*"]);

function openCors(document: Document): Draft[] {
  return filtersOf(document).flatMap(({ filter, pointer }): Draft[] => {
    if (filter.type !== "CORS" || !filter.cors.allowCredentials) {
      return [];
    }
    const index = filter.cors.allowOrigins.findIndex((origin) => ANY_ORIGIN.has(origin));
    if (index === -1) {
      return [];
    }
    const message = "Every website may call with its visitors' cookies and certificates, and read the answers";
    const hint = "Name the origins, or leave allowCredentials out.";
    return [{ code: "SLV1340", pointer: `${pointer}/cors/allowOrigins/${index}`, message, hint }];
  });
}

interface PlacedFilter {
  readonly filter: HTTPRouteFilter;
  readonly pointer: string;
}

function filtersOf(document: Document): PlacedFilter[] {
  if (document.kind !== "HTTPRoute") {
    return [];
  }
  const placed = (filters: readonly HTTPRouteFilter[], at: string): PlacedFilter[] =>
    filters.map((filter, index) => ({ filter, pointer: `${at}/filters/${index}` }));
  return document.spec.rules.flatMap(({ filters, backendRefs }, index) => [
    ...placed(filters, `/spec/rules/${index}`),
    ...backendRefs.flatMap((ref, at) => placed(ref.filters, `/spec/rules/${index}/backendRefs/${at}`)),
  ]);
}

function slashedNames(document: Document): Draft[] {
  return namesIn(document).flatMap(({ name, pointer }): Draft[] => {
    if (!name.includes("/")) {
      return [];
    }
    const message = `No name holds a slash: nothing is called ${JSON.stringify(name)}`;
    return [
      { code: "SLV1341", pointer, message, hint: "Write the namespace under namespace, where it can be another." },
    ];
  });
}

interface PlacedName {
  readonly name: string;
  readonly pointer: string;
}

function namesIn(document: Document): PlacedName[] {
  const { spec } = document;
  const listed = (list: string, refs: readonly { readonly name?: string | undefined }[]): PlacedName[] =>
    refs.flatMap(({ name }, index) => (name === undefined ? [] : [{ name, pointer: `/spec/${list}/${index}/name` }]));
  if (document.kind === "ReferenceGrant") {
    // A hostname is no object's name; it holds no slash either.
    return listed("to", document.spec.to);
  }
  if (document.kind === "HTTPRoute") {
    const { parentRefs, rules } = document.spec;
    const backends = rules.flatMap(({ backendRefs }, index) => listed(`rules/${index}/backendRefs`, backendRefs));
    return [...listed("parentRefs", parentRefs), ...backends, ...filtersOf(document).flatMap(nameInFilter)];
  }
  return "targetRefs" in spec && Array.isArray(spec.targetRefs) ? listed("targetRefs", spec.targetRefs) : [];
}

function nameInFilter({ filter, pointer }: PlacedFilter): PlacedName[] {
  switch (filter.type) {
    case "RequestMirror":
      return [{ name: filter.requestMirror.backendRef.name, pointer: `${pointer}/requestMirror/backendRef/name` }];
    case "ExternalAuth":
      return [{ name: filter.externalAuth.backendRef.name, pointer: `${pointer}/externalAuth/backendRef/name` }];
    case "ExtensionRef":
      return [{ name: filter.extensionRef.name, pointer: `${pointer}/extensionRef/name` }];
    default:
      return [];
  }
}

/** Endpoints and key sets at such addresses are refused; what is only shown or read later is told of. */
function metadataUrls(document: Document): Draft[] {
  if (document.kind !== "Service" || document.apiVersion === "v1") {
    return [];
  }
  const { openapi, links } = document.spec;
  const urls = [
    ...(openapi?.url === undefined ? [] : [{ url: openapi.url, pointer: "/spec/openapi/url" }]),
    ...links.map(({ url }, index) => ({ url, pointer: `/spec/links/${index}/url` })),
  ];
  return urls.flatMap(({ url, pointer }): Draft[] => {
    const { hostname } = new URL(url);
    if (!isMetadataHost(hostname) && !hostname.startsWith("169.254.")) {
      return [];
    }
    const message = "The URL points to a cloud's metadata service, where credentials are";
    return [{ code: "SLV1342", pointer, message, hint: "Remove it, unless you know what reads it." }];
  });
}
