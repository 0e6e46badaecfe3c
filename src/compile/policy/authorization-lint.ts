// AuthorizationPolicies that cannot do what they say, or do more than their author may think: paths that no request
// has, callers that nothing proves, an ALLOW that allows nobody, a DENY by path.
import { isDropped } from "../../decide/header/headers.ts";
import { scopedName } from "../../model/word/refs.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import { canonicalPattern, hostPattern } from "./authorization-patterns.ts";
import type { PolicyContext, PolicyOf, Told } from "./kind.ts";

type Policy = PolicyOf<"AuthorizationPolicy">;
type Rule = Policy["spec"]["rules"][number];
type Source = Rule["from"][number];
/** All of them are warnings. */
type Doubt = Omit<Told, "severity">;

export function lintAuthorization(policy: Policy, { documents }: Pick<PolicyContext, "documents">): Told[] {
  const { rules, action } = policy.spec;
  const told = [
    ...(rules.length === 0 ? [withoutRules(action)] : []),
    ...rules.flatMap((rule, index) => ruleFindings(rule, `/spec/rules/${index}`, policy, documents)),
  ];
  return told.map((one) => Object.assign({ severity: "warning" } as const, one));
}

function withoutRules(action: Policy["spec"]["action"]): Doubt {
  const message =
    action === "ALLOW"
      ? "An ALLOW without rules allows nothing: everything that it is attached to is refused"
      : `A ${action} without rules matches nothing`;
  const hint = action === "ALLOW" ? "Add rules; one empty rule ({}) allows everything." : "Add rules, or remove it.";
  return { code: "SLV1321", pointer: "/spec/rules", message, hint };
}

function ruleFindings({ from, to, when }: Rule, at: string, policy: Policy, world: DocumentIndex): Doubt[] {
  return [
    ...from.flatMap((source, index) => sourceFindings(source, `${at}/from/${index}`, policy, world)),
    ...to.flatMap(({ paths, hosts }, index) => [
      ...pathFindings(paths, `${at}/to/${index}/paths`, policy, world),
      ...hosts.flatMap((host, nth) => hostFindings(host, `${at}/to/${index}/hosts/${nth}`)),
    ]),
    ...when.flatMap(({ key, values, notValues }, index) => [
      ...keyFindings(key, `${at}/when/${index}/key`, world),
      ...(key === "request.path" ? pathFindings(notValues, `${at}/when/${index}/notValues`, null, world) : []),
      ...(key === "request.path" ? pathFindings(values, `${at}/when/${index}/values`, policy, world) : []),
      ...(key === "source.application"
        ? values.flatMap((one, nth) => applicationFindings(one, `${at}/when/${index}/values/${nth}`, policy, world))
        : []),
      ...(key === "source.principal"
        ? values.flatMap((one, nth) => principalFindings(one, [], `${at}/when/${index}/values/${nth}`, world))
        : []),
    ]),
  ];
}

function pathFindings(paths: readonly string[], at: string, policy: Policy | null, world: DocumentIndex): Doubt[] {
  const never = paths.flatMap((path, index): Doubt[] => {
    if (canonicalPattern(path) !== null && (!/%2f/i.test(path) || world.keepsSlashes())) {
      return [];
    }
    const message = `No canonical path is like "${path}": queries, parameters and ambiguous paths are not compared`;
    const hint = policy?.spec.action === "DENY" ? "It refuses everything up to there." : "It never matches.";
    return [{ code: "SLV1309", pointer: `${at}/${index}`, message, hint }];
  });
  if (policy?.spec.action !== "DENY" || paths.every((path) => path === "*")) {
    return never;
  }
  const message =
    "A DENY by path lets through every path that the service understands the same and that is spelt otherwise";
  const hint = "Prefer an ALLOW of the paths that are meant. /admin/* is not /admin, and not /Admin/x.";
  return [...never, { code: "SLV1320", pointer: at, message, hint }];
}

function hostFindings(host: string, pointer: string): Doubt[] {
  if (hostPattern(host) !== null) {
    return [];
  }
  const message = `Hosts are compared without their port: "${host}" is no host`;
  return [{ code: "SLV1322", pointer, message, hint: "Leave the port out." }];
}

const SPIFFE_ID = /^(?:spiffe:\/\/)?[^/*]+\/ns\/([^/*]+)\/(?:sa|app)\/[^/*]+$/;

function sourceFindings(source: Source, at: string, policy: Policy, world: DocumentIndex): Doubt[] {
  return [
    ...source.principals.flatMap((one, index) =>
      principalFindings(one, source.namespaces, `${at}/principals/${index}`, world),
    ),
    ...source.applications.flatMap((one, index) =>
      applicationFindings(one, `${at}/applications/${index}`, policy, world),
    ),
  ];
}

function principalFindings(
  principal: string,
  namespaces: readonly string[],
  pointer: string,
  world: DocumentIndex,
): Doubt[] {
  const [, namespace] = SPIFFE_ID.exec(principal) ?? [];
  if (namespace !== undefined) {
    if (namespaces.length === 0 || namespaces.some((one) => one === namespace || one.includes("*"))) {
      return [];
    }
    const message = `The principal is of the namespace ${namespace}, and the entry wants ${namespaces.join(" or ")}`;
    return [{ code: "SLV1322", pointer, message, hint: "Put them into two entries of from." }];
  }
  if (principal.startsWith("spiffe://") && !principal.endsWith("*")) {
    const message = `No caller is called "${principal}"`;
    const hint = "Write spiffe://<trust domain>/ns/<namespace>/sa/<service>, or …/app/<application>.";
    return [{ code: "SLV1322", pointer, message, hint }];
  }
  if (principal.startsWith("spiffe://") || !principal.includes("://") || provable(principal, world)) {
    return [];
  }
  const message = `No AuthenticationPolicy has a JWT provider whose users are called "${principal}"`;
  const hint = "A user is called <issuer>/<subject>, with the issuer exactly as the provider has it.";
  return [{ code: "SLV1323", pointer, message, hint }];
}

function provable(principal: string, world: DocumentIndex): boolean {
  const wildcard = principal.endsWith("*");
  const text = wildcard ? principal.slice(0, -1) : principal;
  const issuers = world.issuers();
  for (let end = text.indexOf("/"); end !== -1; end = text.indexOf("/", end + 1)) {
    if (issuers.has(text.slice(0, end + 1))) {
      return true;
    }
  }
  return wildcard && [...issuers].some((issuer) => issuer.startsWith(text));
}

function applicationFindings(application: string, pointer: string, policy: Policy, world: DocumentIndex): Doubt[] {
  if (application.includes("*")) {
    return [];
  }
  const { namespace, name } = scopedName(application, policy.metadata.namespace);
  if (world.has("Application", namespace, name)) {
    return [];
  }
  return [{ code: "SLV1212", pointer, message: `There is no Application ${namespace}/${name}` }];
}

/** What the mesh's own tokens say. */
const OWN_CLAIMS = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "act"]);

function keyFindings(key: string, pointer: string, world: DocumentIndex): Doubt[] {
  if (key.startsWith("header:") && isDropped(key.slice(7).toLowerCase())) {
    const message = `Callers cannot send ${key.slice(7)}: the mesh removes it before policies look`;
    return [{ code: "SLV1322", pointer, message, hint: "For addresses there are ipBlocks and source.ip." }];
  }
  if (!key.startsWith("claim:") || OWN_CLAIMS.has(key.slice(6))) {
    return [];
  }
  if (world.of("AuthenticationPolicy").some(({ spec }) => (spec.jwt?.providers.length ?? 0) > 0)) {
    return [];
  }
  const message = `No AuthenticationPolicy has a JWT provider, so no caller has the claim ${key.slice(6)}`;
  return [{ code: "SLV1323", pointer, message, hint: "Add an AuthenticationPolicy with jwt.providers." }];
}
