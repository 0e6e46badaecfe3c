// The filters of a rule and its backend, sorted by what they do. A rule has few of them and most have none: that case
// costs nothing. Order within a kind is kept; what two filters of one kind say about the same thing, the later one (the
// backend's) decides.
import type { Filter, HeaderModifier } from "../../model/snapshot/snapshot.ts";

type Of<Type extends Filter["type"]> = Extract<Filter, { type: Type }>;

export interface FilterPlan {
  readonly cors: Of<"CORS"> | null;
  readonly redirect: Of<"RequestRedirect"> | null;
  readonly direct: Of<"DirectResponse"> | null;
  readonly rewrite: Of<"URLRewrite"> | null;
  readonly externalAuths: readonly Of<"ExternalAuth">[];
  readonly requestModifiers: readonly HeaderModifier[];
  readonly responseModifiers: readonly HeaderModifier[];
  readonly mirrors: readonly Of<"RequestMirror">[];
  readonly faults: readonly Of<"Fault">[];
  readonly unsupported: Of<"Unsupported"> | null;
}

export const NO_FILTERS: FilterPlan = {
  cors: null,
  redirect: null,
  direct: null,
  rewrite: null,
  externalAuths: [],
  requestModifiers: [],
  responseModifiers: [],
  mirrors: [],
  faults: [],
  unsupported: null,
};

export function planFilters(filters: readonly Filter[]): FilterPlan {
  if (filters.length === 0) {
    return NO_FILTERS;
  }
  const plan = {
    ...NO_FILTERS,
    externalAuths: [...NO_FILTERS.externalAuths],
    mirrors: [...NO_FILTERS.mirrors],
    faults: [...NO_FILTERS.faults],
  };
  const requestModifiers: HeaderModifier[] = [];
  const responseModifiers: HeaderModifier[] = [];
  for (const filter of filters) {
    switch (filter.type) {
      case "CORS":
        plan.cors = filter;
        break;
      case "RequestRedirect":
        plan.redirect = filter;
        break;
      case "DirectResponse":
        plan.direct = filter;
        break;
      case "URLRewrite":
        plan.rewrite = filter;
        break;
      case "ExternalAuth":
        plan.externalAuths.push(filter);
        break;
      case "RequestHeaderModifier":
        requestModifiers.push(filter);
        break;
      case "ResponseHeaderModifier":
        responseModifiers.push(filter);
        break;
      case "RequestMirror":
        plan.mirrors.push(filter);
        break;
      case "Fault":
        plan.faults.push(filter);
        break;
      case "Unsupported":
        plan.unsupported = filter;
        break;
    }
  }
  return { ...plan, requestModifiers, responseModifiers };
}
