// VirtualService → HTTPRoutes and FaultPolicies: one route for the gateways it names, one for each namespace with
// services of the mesh among its hosts (GAMMA).
import { hostnameSchema } from "../../model/document/field/hostname.ts";
import type { PlainDocument } from "../source/import-note.ts";
import type { Translation } from "./translation.ts";
import { translateRule, type IstioRule } from "./http-rule.ts";
import { overtakings } from "./rule-order.ts";
import { serviceOf } from "./documents.ts";
import { refusalOf } from "../source/judge-document.ts";
import { inParts } from "../source/parts.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";

const REASONS = {
  tcp: "Raw TCP does not reach the mesh: the Workers runtime takes HTTP requests",
  tls: "TLS is not passed through: the platform ends it, and the mesh sees HTTP requests",
  exportTo: "A route has no list of namespaces that may use it",
  regex: "A CORS origin is a name here, with a wildcard as its first label at most",
  prefix: "It cannot be compared by prefix here",
  retryRemoteLocalities: "Any endpoint may be tried again",
  retryIgnorePreviousHosts: "Another endpoint is preferred wherever there is one",
  grpcStatus: "gRPC does not pass through the mesh",
  exponentialDelay: "Only fixed delays can be injected",
  derivePort: "The port of a redirect stays the request's own, unless it says a scheme or a port",
  unmatchedPreflights: "A preflight that matches nothing is answered by the mesh",
} as const;

/** Where a route is in force. */
interface Parent {
  readonly namespace: string;
  readonly gateway: string;
  readonly parentRefs: readonly object[];
  readonly hostnames: readonly string[];
}

export function translateVirtualService(source: SourceDocument, translation: Translation): PlainDocument[] {
  const { root, namespace, name } = source;
  const spec = root.at("spec");
  const metadata = readMetadata(source);
  const parents = [...gatewayParents(spec, namespace), ...meshParents(spec, namespace, translation)];
  const answers = spec
    .at("http")
    .items()
    .map((rule, index) => translateRule(rule, index, namespace, translation.world));
  const exported = spec.at("exportTo").items();
  if (exported.length === 1 && exported[0]?.value === "*") {
    exported[0].take();
  }
  spec.tellRest(REASONS);
  root.tellRest({});
  const unsaid = answers.find((answer) => !answer.ok);
  if (unsaid !== undefined) {
    root.drop(`${unsaid.why}; without it the rules after it would answer those requests, so no part of it is imported`);
    return [];
  }
  const rules = answers.flatMap((answer) => (answer.ok ? answer.rules : []));
  const documents = parents.flatMap((parent) => {
    const own = rules.filter(({ gateways }) => gateways === null || gateways.includes(parent.gateway));
    tellOrder(own, spec);
    return chunks(own).flatMap((chunk) => routeOf(chunk, parent, metadata, name, translation));
  });
  if (documents.length === 0) {
    root.drop("Nothing of it can be said, so there is no HTTPRoute of it");
  } else if (labelName(name) !== name) {
    root
      .at("metadata")
      .at("name")
      .change(`A name is a DNS label here: it becomes ${labelName(name)}`);
  }
  return documents;
}

/** The gateways it names; `mesh` stands for the callers inside. */
function gatewaysOf(spec: Field): string[] {
  const field = spec.at("gateways");
  const named = field.items().flatMap((entry) => entry.text() ?? []);
  return named.length === 0 && !field.present ? ["mesh"] : named;
}

const MOST_HOSTNAMES = 16;

function gatewayParents(spec: Field, namespace: string): Parent[] {
  const gateways = gatewaysOf(spec).filter((gateway) => gateway !== "mesh");
  const fields = spec.at("hosts").items();
  if (gateways.length === 0) {
    return [];
  }
  const hosts = fields.flatMap((field) => {
    const host = field.text()?.toLowerCase() ?? null;
    if (host === null || host === "*") {
      return host ?? [];
    }
    const full = host.includes(".") ? host : `${host}.${namespace}.svc.cluster.local`;
    const refusal = refusalOf(hostnameSchema, full);
    if (refusal === null) {
      return full;
    }
    field.drop(`${refusal}: the host is left out`);
    return [];
  });
  // No hostnames would mean every host, which only "*" does.
  if (hosts.length === 0) {
    return [];
  }
  const parts = hosts.includes("*") ? [[]] : inParts(hosts, MOST_HOSTNAMES);
  return parts.flatMap((hostnames) =>
    gateways.map((gateway) => {
      const [name = "", theirs = namespace] = gateway.split("/").toReversed();
      const elsewhere = theirs !== "." && theirs !== namespace;
      return { namespace, gateway, parentRefs: [{ name, ...(elsewhere ? { namespace: theirs } : {}) }], hostnames };
    }),
  );
}

function meshParents(spec: Field, namespace: string, { world }: Translation): Parent[] {
  if (!gatewaysOf(spec).includes("mesh")) {
    return [];
  }
  const only = gatewaysOf(spec).length === 1;
  const services = spec
    .at("hosts")
    .items()
    .flatMap((field) => {
      const host = field.text();
      const service = host === null ? null : serviceOf(host, namespace, world);
      if (service === null && host !== null) {
        const inside = "Inside the mesh a route is for services, by name";
        if (only) {
          field.drop(`${inside}: ${host} is none`);
        } else {
          field.change(`${inside}: ${host} is none, so it is served at the gateways only`);
        }
      }
      if (service !== null && service.namespace !== namespace) {
        field.change(
          `The route moves to ${service.namespace}: in another namespace it would hold for callers of that one only`,
        );
      }
      return service ?? [];
    });
  return [...Map.groupBy(services, (service) => service.namespace)].map(([theirs, list]) => ({
    namespace: theirs,
    gateway: "mesh",
    parentRefs: [...new Set(list.map(({ name }) => name))].map((name) => ({ group: "", kind: "Service", name })),
    hostnames: [],
  }));
}

function tellOrder(rules: readonly IstioRule[], spec: Field): void {
  const ordered = rules.map(({ index, name, matches }) => ({ index, label: labelOf(index, name), matches }));
  for (const { earlier, later, because } of overtakings(ordered)) {
    const message = `${earlier.label} comes before ${later.label} in Istio; here the latter is tried first, because ${because}: it takes the requests that both match`;
    spec.at("http").items()[earlier.index]?.change(message);
  }
}

const labelOf = (index: number, name: string | null): string => `rule ${index}${name === null ? "" : ` (${name})`}`;

const MOST_RULES = 16;
const MOST_MATCHES = 128;

/** As many rules as a route may have; the order between routes made here is that of their names. */
function chunks(rules: readonly IstioRule[]): IstioRule[][] {
  const parts: IstioRule[][] = [];
  let matches = 0;
  for (const rule of rules) {
    const last = parts.at(-1);
    matches += rule.matches.length;
    if (last !== undefined && last.length < MOST_RULES && matches <= MOST_MATCHES) {
      last.push(rule);
    } else {
      parts.push([rule]);
      matches = rule.matches.length;
    }
  }
  return parts;
}

function routeOf(
  rules: readonly IstioRule[],
  { namespace, gateway, parentRefs, hostnames }: Parent,
  metadata: object,
  wanted: string,
  { names, grants }: Translation,
): PlainDocument[] {
  const name = names.take("HTTPRoute", namespace, wanted);
  const called = new Set<string>();
  const policies: PlainDocument[] = [];
  const rendered = rules.map((rule) => {
    for (const backend of rule.backends) {
      grants.use(namespace, backend);
    }
    const own = rule.name !== null && !called.has(rule.name) ? rule.name : null;
    if (own !== null) {
      called.add(own);
    }
    const policy = rule.fault === null ? null : names.take("FaultPolicy", namespace, `${wanted}-${rule.index}`);
    if (policy !== null) {
      const head = { apiVersion: "selvage.dev/v1", kind: "FaultPolicy", metadata: { name: policy, namespace } };
      policies.push({ ...head, spec: rule.fault });
    }
    return rule.render(namespace, own, policy);
  });
  const route = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace, ...metadata },
    spec: { parentRefs, ...(hostnames.length > 0 ? { hostnames } : {}), rules: rendered },
  };
  return gateway === "mesh" && parentRefs.length === 0 ? [] : [...policies, route];
}
