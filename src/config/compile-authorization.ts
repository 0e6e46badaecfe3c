// One AuthorizationPolicy → what the data plane matches: paths made canonical, hosts and header names in lower case.
import { canonicalPath } from "../decide/canonical-path.ts";
import type { Authorization } from "../model/access.ts";
import type { DocumentOf } from "../model/document.ts";

export function compileAuthorization({ metadata, spec }: DocumentOf<"AuthorizationPolicy">): Authorization {
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
    action: spec.action,
    rules: spec.rules.map(({ from, to, when }) => ({
      from,
      to: to.map(({ methods, paths, hosts }) => ({
        methods,
        paths: paths.map(canonicalPattern),
        hosts: hosts.map((host) => host.toLowerCase()),
      })),
      when: when.map((condition) => ({
        ...condition,
        key: condition.key.startsWith("header:") ? condition.key.toLowerCase() : condition.key,
      })),
    })),
  };
}

/** `/adm%69n/*` is meant as `/admin/*`. What has no canonical form stays as it is: no request has it either. */
function canonicalPattern(pattern: string): string {
  const [body, tail] = pattern.endsWith("*") ? [pattern.slice(0, -1), "*"] : [pattern, ""];
  if (!body.startsWith("/")) return pattern;
  const canonical = canonicalPath(body);
  return canonical.ok ? canonical.matchPath + tail : pattern;
}
