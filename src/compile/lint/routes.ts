// What is wrong with a route by its references: parents that do not take it, backends that are not there, patterns that
// do not compile. The same things that its status says, with pointers.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import type { Finding } from "../../model/word/finding.ts";
import { addressByPath } from "../../decide/route/service-address.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import type { CompiledParent, CompiledRoute } from "../route/routes.ts";
import type { RouteFault } from "../route/references.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import { PATTERN_HINT } from "../documents/programs.ts";

type Code = Finding["code"];

const PARENT_CODES: Readonly<Record<string, Code>> = {
  NoMatchingParent: "SLV1204",
  NotAllowedByListeners: "SLV1205",
  NoMatchingListenerHostname: "SLV1206",
  RefNotPermitted: "SLV1203",
};
const FAULT_CODES: Readonly<Record<RouteFault["reason"], Code>> = {
  InvalidKind: "SLV1201",
  BackendNotFound: "SLV1202",
  RefNotPermitted: "SLV1203",
  UnsupportedValue: "SLV1214",
};
const HINTS: Readonly<Record<RouteFault["reason"], string>> = {
  InvalidKind: 'Refer to a Service (group "" or selvage.dev), or to a FaultPolicy in extensionRef.',
  BackendNotFound: "Apply it as well, or correct name and namespace.",
  RefNotPermitted: "Apply a ReferenceGrant in the other namespace.",
  UnsupportedValue: "Use what the mesh serves; until then the rule's requests are answered 500.",
};

const OWNED =
  "Use a hostname of your own, or ask its owner or an admin for a ReferenceGrant to kind Hostname (group selvage.dev).";

export function lintRoute(compiled: CompiledRoute, world: DocumentIndex): Finding[] {
  const { namespace, name } = compiled.route.metadata;
  const ref = `HTTPRoute/${namespace}/${name}`;
  return [
    ...parentFindings(compiled.parents, ref),
    ...hostnameFindings(compiled, ref),
    ...faultFindings(compiled.parents, ref),
    ...patternFindings(compiled, ref),
    ...ruleFindings(compiled, ref, world),
  ];
}

function parentFindings(parents: readonly CompiledParent[], ref: string): Finding[] {
  const findings = parents.flatMap(({ attachment: { accepted, index } }): Finding[] => {
    const code = PARENT_CODES[accepted.reason];
    if (code === undefined) {
      return [];
    }
    const pointer = index === null ? "/spec" : `/spec/parentRefs/${index}`;
    const hint = accepted.reason === "RefNotPermitted" ? { hint: HINTS.RefNotPermitted } : {};
    return [{ severity: "warning", code, ref, pointer, message: accepted.message, ...hint }];
  });
  if (parents.some(({ attachment: { accepted } }) => accepted.status)) {
    return findings;
  }
  const message = "The route is attached to nothing: no request reaches it";
  return [...findings, { severity: "warning", code: "SLV1301", ref, pointer: "/spec/parentRefs", message }];
}

/** Each hostname once, whatever parents it is withheld from. */
function hostnameFindings({ route, parents }: CompiledRoute, ref: string): Finding[] {
  const withheld = new Map(parents.flatMap(({ attachment }) => [...attachment.withheld]));
  return [...withheld].map(([hostname, why]) => {
    const index = route.spec.hostnames.indexOf(hostname);
    const pointer = index === -1 ? "/spec/hostnames" : `/spec/hostnames/${index}`;
    const message = `${why}: the route serves no request for it`;
    return { severity: "warning", code: "SLV1218", ref, pointer, message, hint: OWNED };
  });
}

/** Parents share most faults: each is told once. */
function faultFindings(parents: readonly CompiledParent[], ref: string): Finding[] {
  const faults = new Map(parents.flatMap(({ faults: own }) => own.map((fault) => [JSON.stringify(fault), fault])));
  return [...faults.values()].map(({ reason, message, pointer }) => {
    const code = FAULT_CODES[reason];
    return { severity: "warning", code, ref, pointer, message, hint: HINTS[reason] };
  });
}

function patternFindings({ patternFaults }: CompiledRoute, ref: string): Finding[] {
  return patternFaults.map(({ pointer, reason }) => {
    return { severity: "error", code: "SLV1215", ref, pointer, message: reason, hint: PATTERN_HINT };
  });
}

/** `/svc/orders.shop/…` is the service's own, whatever host it is asked at. */
function addressFindings(
  { metadata, spec }: CompiledRoute["route"],
  rule: number,
  ref: string,
  { services }: DocumentIndex,
): Finding[] {
  const isMeshOnly = spec.parentRefs.length > 0 && spec.parentRefs.every(({ kind }) => kind === "Service");
  if (isMeshOnly) {
    return [];
  }
  return (spec.rules[rule]?.matches ?? []).flatMap(({ path }, at): Finding[] => {
    const canonical = path.type === "RegularExpression" ? null : canonicalPath(path.value);
    const service = canonical?.ok === true ? addressByPath(canonical.matchPath)?.service : undefined;
    if (service === undefined || !services.has(service)) {
      return [];
    }
    const isOwn = partsOfKey(service).namespace === metadata.namespace;
    if (isOwn && spec.hostnames.length > 0) {
      return [];
    }
    const pointer = `/spec/rules/${rule}/matches/${at}/path/value`;
    const message = `${path.value} is an address of the service ${service}: its requests go there, not to this rule`;
    const hint = isOwn ? "Attach the route to the Service, or name a hostname." : "Use a path of your own.";
    return [{ severity: "warning", code: "SLV1313", ref, pointer, message, hint }];
  });
}

function ruleFindings({ route }: CompiledRoute, ref: string, world: DocumentIndex): Finding[] {
  const { namespace } = route.metadata;
  return route.spec.rules.flatMap((rule, index) => [
    ...addressFindings(route, index, ref, world),
    ...rule.matches.flatMap(({ path }, at): Finding[] => {
      const canonical = path.type === "RegularExpression" ? null : canonicalPath(path.value);
      if (canonical === null || (canonical.ok && canonical.path === canonical.matchPath)) {
        return [];
      }
      const pointer = `/spec/rules/${index}/matches/${at}/path/value`;
      const message = canonical.ok
        ? `Paths are matched without ;parameters: this is read as ${canonical.matchPath}`
        : `No path that is served contains this (${canonical.reason}): it never matches`;
      return [{ severity: "warning", code: "SLV1309", ref, pointer, message }];
    }),
    ...rule.backendRefs.flatMap(({ name, namespace: theirs = namespace, version }, at): Finding[] => {
      const known = world.services.get(`${theirs}/${name}`)?.endpoints ?? [];
      if (version === undefined || known.length === 0 || known.some((one) => one.version === version)) {
        return [];
      }
      const pointer = `/spec/rules/${index}/backendRefs/${at}/version`;
      const message = `No endpoint in the document of Service ${theirs}/${name} has the version "${version}"`;
      const hint = "It works once an endpoint of that version registers; until then requests are answered 503.";
      return [{ severity: "warning", code: "SLV1211", ref, pointer, message, hint }];
    }),
  ]);
}
