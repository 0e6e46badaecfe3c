// Which HTTPRoutes lead to a service, or are about calls to it.
import type { Resource } from "../../model/api/resource.ts";
import { isRecord } from "../../model/word/record.ts";
import type { ScopedName } from "../../model/word/refs.ts";
import { records } from "../../status/conditions.ts";

export function leadsTo(route: Resource, service: ScopedName): boolean {
  const { rules, parentRefs } = route.spec;
  const isTheService = (ref: Readonly<Record<string, unknown>>): boolean =>
    (ref.kind ?? "Service") === "Service" &&
    ref.name === service.name &&
    (ref.namespace ?? route.metadata.namespace) === service.namespace;
  const backends = records(rules).flatMap((rule) => records(rule.backendRefs));
  const parents = records(parentRefs).filter(({ kind }) => kind === "Service");
  return [...backends, ...parents].some(isTheService);
}

/** One line for each rule: what it matches and where it leads. */
export function ruleLines(route: Resource): readonly string[] {
  return records(route.spec.rules).map((rule) => {
    const matches = records(rule.matches).map(matchText).join(" or ") || "everything";
    const backends = records(rule.backendRefs)
      .map((ref) => {
        const version = typeof ref.version === "string" ? `@${ref.version}` : "";
        const weight = ref.weight === undefined ? "" : ` ${Number(ref.weight)}`;
        return `${String(ref.name)}${version}${weight}`;
      })
      .join(", ");
    const name = typeof rule.name === "string" ? `${rule.name}: ` : "";
    return `${name}${matches} → ${backends || "no backend"}`;
  });
}

function matchText(match: Readonly<Record<string, unknown>>): string {
  const path = isRecord(match.path)
    ? `${String(match.path.type ?? "PathPrefix")} ${String(match.path.value ?? "/")}`
    : "";
  const headers = records(match.headers).map(({ name, value }) => `${String(name)}=${String(value)}`);
  const query = records(match.queryParams).map(({ name, value }) => `?${String(name)}=${String(value)}`);
  return [typeof match.method === "string" ? match.method : "", path, ...headers, ...query].filter(Boolean).join(" ");
}
