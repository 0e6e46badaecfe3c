// The name of a rule as policies and decisions call it.
import type { HTTPRouteRule } from "../../model/document/gateway-api/http-route.ts";

export function ruleName({ name }: Pick<HTTPRouteRule, "name">, index: number): string {
  return name ?? String(index);
}
