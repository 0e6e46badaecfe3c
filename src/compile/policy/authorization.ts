// One AuthorizationPolicy → what the data plane matches: paths made canonical, hosts and header names in lower case,
// addresses as bits, applications with their namespace. What has no such form never makes an ALLOW allow more.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import { blockBits } from "../../decide/text/ip.ts";
import type { Authorization, AuthorizationCondition } from "../../model/snapshot/access.ts";
import type { DocumentOf } from "../../model/document/document.ts";

type Spec = DocumentOf<"AuthorizationPolicy">["spec"];

export function compileAuthorization({ metadata, spec }: DocumentOf<"AuthorizationPolicy">): Authorization {
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
  if (key.startsWith("header:")) return { ...condition, key: key.toLowerCase() };
  const spell = spelling(key, namespace);
  if (spell === null) return condition;
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

/**
 * `/adm%69n/*` is meant as `/admin/*`. null: no request has such a path, because it has a query, parameters, or something
 * that is refused on arrival.
 */
export function canonicalPattern(pattern: string): string | null {
  if (pattern === "*") return pattern;
  if (/[?#;]/.test(pattern)) return null;
  if (pattern.endsWith("*")) {
    // A prefix has no end: "/a/." may go on to be "/a/.well-known", and is not "/a/".
    const prefix = canonicalText(`${pattern.slice(0, -1)}-`);
    return prefix === null ? null : `${prefix.slice(0, -1)}*`;
  }
  if (!pattern.startsWith("*")) return canonicalText(pattern);
  // A suffix has no beginning to be canonical from, so it gets one.
  const whole = canonicalText(`/-${pattern.slice(1)}`);
  return whole?.startsWith("/-") === true ? `*${whole.slice(2)}` : null;
}

function canonicalText(text: string): string | null {
  const canonical = canonicalPath(text, "keep");
  return canonical.ok ? canonical.matchPath : null;
}

/** What a DENY that cannot be said exactly refuses instead: everything up to what cannot be said. */
function widened(pattern: string): string {
  const end = pattern.search(/[?#;]/);
  const cut = end === -1 ? null : canonicalPattern(pattern.slice(0, end));
  return cut === null ? "*" : pattern.endsWith("*") && !cut.startsWith("*") ? `${cut}*` : cut;
}

/** Hosts are compared without port: `shop.example.com:*` is `shop.example.com`. null: one port only, which cannot be said. */
export function hostPattern(host: string): string | null {
  if (/:\d+$/.test(host)) return null;
  const name = host.toLowerCase().replace(/:\*$/, "");
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
