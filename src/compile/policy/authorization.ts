// AuthorizationPolicy → what the data plane matches: paths made canonical, hosts and header names in lower case,
// addresses as bits, applications with their namespace. What has no such form never makes an ALLOW allow more.
import { blockBits } from "../../decide/text/ip.ts";
import type { Authorization, AuthorizationCondition } from "../../model/snapshot/access.ts";
import { lintAuthorization } from "./authorization-lint.ts";
import { canonicalPattern, hostPattern, widened } from "./authorization-patterns.ts";
import type { KindOf, PolicyOf } from "./kind.ts";

export const authorization: KindOf<"AuthorizationPolicy", "authorization"> = {
  kind: "AuthorizationPolicy",
  table: "authorization",
  attaches: "requests",
  mode: "adds-up",
  isAlternative: ({ action }) => action === "ALLOW",
  compile: (policy) => [compileAuthorization(policy)],
  lint: lintAuthorization,
};

type Spec = PolicyOf<"AuthorizationPolicy">["spec"];

export function compileAuthorization({ metadata, spec }: PolicyOf<"AuthorizationPolicy">): Authorization {
  const { namespace, name } = metadata;
  const refuses = spec.action !== "ALLOW";
  return {
    policy: `${namespace}/${name}`,
    action: spec.action,
    rules: spec.rules.map(({ from, to, when }) => ({
      from: from.map((source) => ({
        ...source,
        applications: source.applications.map((one) => qualified(one, namespace)),
        ipBlocks: source.ipBlocks.map((block) => blockBits(block) ?? "?"),
      })),
      to: to.map(({ methods, paths, hosts }) => ({
        methods,
        paths: paths.map((path) => canonicalPattern(path) ?? (refuses ? widened(path) : path)),
        hosts: hosts.map((host) => hostPattern(host) ?? (refuses ? host.replace(/:\d+$/, "") : host).toLowerCase()),
      })),
      when: when.map((condition) => compileCondition(condition, namespace)),
    })),
  };
}

function compileCondition(condition: Spec["rules"][number]["when"][number], namespace: string): AuthorizationCondition {
  const { key } = condition;
  if (key.startsWith("header:")) {
    return { ...condition, key: key.toLowerCase() };
  }
  const spell = spelling(key, namespace);
  if (spell === null) {
    return condition;
  }
  const said = (list: readonly string[]): string[] => list.map((value) => spell(value) ?? value);
  const lists = {
    values: said(condition.values),
    notValues: said(condition.notValues),
    contains: said(condition.contains),
  };
  // Nobody knows that key, so the condition counts against the caller: leaving a value out would not, in `notValues`.
  const unsaid = [...condition.values, ...condition.notValues, ...condition.contains].some(
    (one) => spell(one) === null,
  );
  return { key: unsaid ? `unsaid:${key}` : key, ...lists };
}

/** How the values of an attribute are written in a snapshot; null = as they stand. */
function spelling(key: string, namespace: string): ((value: string) => string | null) | null {
  switch (key) {
    case "source.ip":
      return blockBits;
    case "source.application":
      return (value) => qualified(value, namespace);
    case "request.path":
      return canonicalPattern;
    case "request.host":
      return hostPattern;
    default:
      return null;
  }
}

/** `web` is the policy's own namespace's; `*` is every application. */
function qualified(application: string, namespace: string): string {
  return application === "*" || application.includes("/") ? application : `${namespace}/${application}`;
}
