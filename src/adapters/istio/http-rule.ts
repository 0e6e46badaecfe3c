// One HTTPRoute of a VirtualService → rules of HTTPRoutes. What a rule does is never made up: where it cannot be said,
// the rule keeps its matches and answers 500, so that its requests do not fall to rules that were not meant for them.
import { preciseHostnameSchema } from "../../model/document/field/hostname.ts";
import { sectionNameSchema } from "../../model/document/field/names.ts";
import { translateDestination, backendRef, type DestinationBackend } from "./destination.ts";
import { translateFault } from "./http/fault.ts";
import {
  corsFilter,
  directFilter,
  headerFilters,
  redirectFilter,
  rewriteFilter,
  translateMirrors,
  type RouteFilter,
  type Rewrite,
} from "./http-filters.ts";
import { translateMatch, type HttpMatch, type IstioMatch } from "./http/http-match.ts";
import { translatePatience } from "./http/retries.ts";
import type { IstioDocuments } from "./documents.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";

export interface IstioRule {
  readonly field: Field;
  /** Place among Istio's rules. */
  readonly index: number;
  readonly name: string | null;
  readonly matches: readonly HttpMatch[];
  /** Only under these gateways; null = all. */
  readonly gateways: readonly string[] | null;
  readonly backends: readonly DestinationBackend[];
  /** Spec of a FaultPolicy. */
  readonly fault: object | null;
  /** The rule as a route in `namespace` writes it; `fault` is the name of its FaultPolicy there. */
  readonly render: (namespace: string, name: string | null, fault: string | null) => object;
}

type RuleAnswer =
  | { readonly ok: true; readonly rules: readonly IstioRule[] }
  /** A rule that refuses requests, and cannot be said. */
  | { readonly ok: false; readonly why: string };

interface Action {
  readonly filters: readonly RouteFilter[];
  readonly backends: readonly Weighted[];
  readonly rewrite: Rewrite | null;
}

interface Weighted {
  readonly backend: DestinationBackend;
  readonly weight: number | null;
  readonly filters: readonly RouteFilter[];
}

const NOTHING: Action = { filters: [], backends: [], rewrite: null };

export function translateRule(field: Field, index: number, namespace: string, world: IstioDocuments): RuleAnswer {
  const written = field.at("match").items();
  const refusing = refuses(field);
  const matches = written.map((match) => translateMatch(match, refusing));
  const kept = matches.filter((match) => match !== null);
  const why = `Rule ${index} refuses requests and has a match that cannot be said`;
  if (refusing && kept.length < written.length) {
    return { ok: false, why };
  }
  if (written.length > 0 && kept.length === 0) {
    field.drop("None of its matches can be said, so the rule is left out: its requests fall to the rules after it");
    return { ok: true, rules: [] };
  }
  const all: readonly IstioMatch[] = kept.length > 0 ? kept : [{ matches: [{}], prefix: "/", gateways: null }];
  const fault = translateFault(field.at("fault"));
  const unsaid = refusing && !field.at("directResponse").present && (fault === null || !("abort" in fault));
  if (unsaid) {
    field.at("fault").at("abort").drop("It refuses every request, and cannot be said: they are answered 500");
  }
  const action = unsaid ? NOTHING : translateAction(field, namespace, world);
  const mirrors = translateMirrors(field, namespace, world);
  const patience = translatePatience(field);
  const name = nameOf(field.at("name"));
  const groups = action.rewrite !== null && action.rewrite.uri !== null ? oneByOne(all) : byGateways(all);
  const rules = groups.flatMap((group): IstioRule => {
    const [first] = group;
    const [path] = first?.matches ?? [];
    const rewrite = action.rewrite === null ? null : rewriteFilter(action.rewrite, path?.path, first?.prefix ?? null);
    const { filters, backends } = action.rewrite !== null && rewrite === null ? NOTHING : action;
    return {
      field,
      index,
      name,
      matches: group.flatMap((match) => match.matches),
      gateways: first?.gateways ?? null,
      backends: backends.map(({ backend }) => backend).concat(mirrors.map(({ backend }) => backend)),
      fault,
      render: (from, called, policy) => ({
        ...(called === null ? {} : { name: called }),
        ...(written.length > 0 ? { matches: group.flatMap((match) => match.matches) } : {}),
        ...nonEmpty("filters", [
          ...filters,
          ...(rewrite === null ? [] : [rewrite]),
          ...mirrors.map(({ backend, share }) => ({
            type: "RequestMirror",
            requestMirror: { backendRef: versionedRef(backend, from), ...share },
          })),
          ...(policy === null ? [] : [extension(policy)]),
        ]),
        ...nonEmpty(
          "backendRefs",
          backends.map(({ backend, weight, filters: own }) => ({
            ...versionedRef(backend, from),
            ...(weight === null ? {} : { weight }),
            ...nonEmpty("filters", own),
          })),
        ),
        ...(backends.length > 0 ? { timeouts: patience.timeouts } : {}),
        ...(patience.retry === null || backends.length === 0 ? {} : { retry: patience.retry }),
      }),
    };
  });
  return { ok: true, rules };
}

function extension(name: string): RouteFilter {
  return { type: "ExtensionRef", extensionRef: { group: "selvage.dev", kind: "FaultPolicy", name } };
}

function versionedRef(backend: DestinationBackend, from: string): object {
  return { ...backendRef(backend, from), ...(backend.version === null ? {} : { version: backend.version }) };
}

function nonEmpty(key: string, list: readonly unknown[]): object {
  return list.length === 0 ? {} : { [key]: list };
}

/** A prefix can only be replaced in a rule with one match; methods that are alternatives are several. */
function oneByOne(all: readonly IstioMatch[]): IstioMatch[][] {
  return all.flatMap((match) => match.matches.map((one) => [Object.assign({}, match, { matches: [one] })]));
}

/** Matches that hold under the same gateways share a rule. */
function byGateways(all: readonly IstioMatch[]): IstioMatch[][] {
  return [...Map.groupBy(all, ({ gateways }) => JSON.stringify(gateways)).values()];
}

/** Is it there to keep requests away? */
function refuses(field: Field): boolean {
  const status = field.at("directResponse").at("status").value;
  const abort = field.at("fault").at("abort");
  const all = abort.at("percentage").at("value").value === 100 || abort.at("percent").value === 100;
  return (typeof status === "number" && status >= 400) || (abort.present && all);
}

function nameOf(field: Field): string | null {
  const name = field.text();
  if (name === null || refusalOf(sectionNameSchema, name) === null) {
    return name;
  }
  field.drop("It is not a name that a rule can have here");
  return null;
}

function translateAction(field: Field, namespace: string, world: IstioDocuments): Action {
  const closed = (name: string, why: string): Action => {
    field.at(name).drop(`${why}: requests of the rule are answered 500`);
    return NOTHING;
  };
  if (field.at("delegate").present) {
    return closed("delegate", "A route cannot leave a rule to another route");
  }
  const redirect = field.at("redirect");
  const filters = [...headerFilters(field.at("headers")), ...corsFilter(field.at("corsPolicy"))];
  const direct = field.at("directResponse");
  if (direct.present) {
    const filter = directFilter(direct);
    if (filter === null) {
      return closed("directResponse", "The answer cannot be said");
    }
    return { filters: [...filters, filter], backends: [], rewrite: null };
  }
  if (redirect.present) {
    const filter = redirectFilter(redirect);
    return filter === null
      ? closed("redirect", "The redirect cannot be said")
      : { filters: [...filters, filter], backends: [], rewrite: null };
  }
  const rewrite = translateRewrite(field.at("rewrite"));
  if (rewrite === "unsayable") {
    return closed("rewrite", "The rewrite cannot be said, and its services expect it");
  }
  const routes = field.at("route").items();
  const backends = routes.flatMap((route): Weighted[] => {
    const backend = translateDestination(route.at("destination"), namespace, world);
    const weight = route.at("weight").number();
    const own = headerFilters(route.at("headers"));
    if (backend === null) {
      return [];
    }
    return [{ backend, weight: routes.length > 1 ? (weight ?? 0) : null, filters: own }];
  });
  if (backends.length < routes.length) {
    field
      .at("route")
      .change(
        backends.length === 0
          ? "None of its destinations is a service of the mesh: requests of the rule are answered 500"
          : "Destinations were left out: the others share all of the requests",
      );
  }
  return { filters, backends, rewrite };
}

function translateRewrite(field: Field): Rewrite | "unsayable" | null {
  if (!field.present) {
    return null;
  }
  const uri = field.at("uri").text();
  const authority = field.at("authority").text();
  const host = authority?.toLowerCase().replace(/:\d+$/, "") ?? null;
  if (field.at("uriRegexRewrite").present) {
    return "unsayable";
  }
  if (host !== null && refusalOf(preciseHostnameSchema, host) !== null) {
    return "unsayable";
  }
  if (host !== null) {
    field.at("authority").change("The service sees the name in x-forwarded-host: its own address stays in Host");
  }
  return uri === null && host === null ? null : { field, uri, hostname: host };
}
