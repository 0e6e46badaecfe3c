// Every HTTPRoute → rules, the places where they are in force, and what is wrong with it, parent by parent.
import type { DocumentOf } from "../../model/document/document.ts";
import type { Rule, ServiceKey } from "../../model/snapshot/snapshot.ts";
import { attach, type Attachment } from "./attachment.ts";
import { asConsumer, producersOf } from "./consumers.ts";
import type { Listeners } from "./listeners.ts";
import type { PolicyIndex } from "../policy/policy-index.ts";
import type { ProgramTable } from "../documents/programs.ts";
import type { HostnameOwners } from "./hostname-claims.ts";
import type { RouteFault } from "./references.ts";
import type { Placement } from "./router.ts";
import { compileMatch, compileRule, type ParentContext, type MatchSpec } from "./rules.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import { mapped, type Steps } from "../documents/steps.ts";

type Route = DocumentOf<"HTTPRoute">;

export interface CompiledParent {
  readonly attachment: Attachment;
  readonly faults: readonly RouteFault[];
}

export interface CompiledRoute {
  readonly route: Route;
  readonly parents: readonly CompiledParent[];
  readonly patternFaults: readonly { readonly pointer: string; readonly reason: string }[];
}

export interface CompiledRoutes {
  readonly routes: readonly CompiledRoute[];
  readonly rules: readonly Rule[];
  readonly placements: readonly Placement[];
}

interface Compiling {
  readonly world: DocumentIndex;
  readonly listeners: Listeners;
  readonly owners: HostnameOwners;
  readonly policies: PolicyIndex;
  readonly programs: ProgramTable;
  /** Services that have routes of their own. */
  readonly producers: ReadonlySet<ServiceKey>;
  readonly rules: Rule[];
  readonly placements: Placement[];
}

/** Units of work that a route is, with its few rules. */
const ROUTE_UNITS = 8;

export function* compileRoutes(
  world: DocumentIndex,
  listeners: Listeners,
  owners: HostnameOwners,
  policies: PolicyIndex,
  programs: ProgramTable,
): Steps<CompiledRoutes> {
  const shared = { world, listeners, owners, policies, programs, producers: producersOf(world) };
  const compiling: Compiling = { ...shared, rules: [], placements: [] };
  const routes = yield* mapped(world.routes, ROUTE_UNITS, (route, age) => compileRoute(route, age, compiling));
  return { routes, rules: compiling.rules, placements: compiling.placements };
}

function compileRoute(route: Route, age: number, compiling: Compiling): CompiledRoute {
  const { world, listeners, owners } = compiling;
  const programs = compiling.programs.within(route.metadata.namespace);
  const matches = route.spec.rules.map((rule, index) =>
    rule.matches.map((match, at) => compileMatch(match, `/spec/rules/${index}/matches/${at}`, programs)),
  );
  const patternFaults = programs.takeFaults();
  const variants = new Map<
    string,
    { readonly rules: readonly (number | null)[]; readonly faults: readonly RouteFault[] }
  >();
  const parents = attach(route, world, listeners, owners).map((found): CompiledParent => {
    const attachment = asConsumer(found, route, world, compiling.producers);
    const parent = contextOf(route, attachment, compiling);
    const key = JSON.stringify([parent, attachment.accepted.status]);
    const variant = variants.get(key) ?? compileVariant(route, parent, attachment, compiling);
    variants.set(key, variant);
    place(route, age, attachment, variant.rules, matches, compiling);
    return { attachment, faults: variant.faults };
  });
  return { route, parents, patternFaults };
}

function contextOf({ metadata }: Route, { gateway, service }: Attachment, { policies }: Compiling): ParentContext {
  if (service !== null) {
    // A consumer's route is about its own callers, and takes nothing of the service's for itself.
    const isOwn = service.key.startsWith(`${metadata.namespace}/`);
    return { gateway: null, consumes: isOwn ? null : service.key, addressed: isOwn ? service.key : null };
  }
  const matters = gateway !== null && policies.isTarget(gateway);
  return { consumes: null, gateway: matters ? gateway : null, addressed: null };
}

/** The route's rules as this kind of parent sees them. Rules that no request can reach are judged and not kept. */
function compileVariant(route: Route, parent: ParentContext, { accepted }: Attachment, compiling: Compiling) {
  const faults: RouteFault[] = [];
  const rules = route.spec.rules.map((_, index) => {
    const rule = compileRule(route, index, parent, compiling.world, compiling.policies, faults);
    return rule === null || !accepted.status ? null : compiling.rules.push(rule) - 1;
  });
  return { rules, faults };
}

function place(
  route: Route,
  age: number,
  { places, service }: Attachment,
  rules: readonly (number | null)[],
  matches: readonly (readonly (MatchSpec | null)[])[],
  { placements }: Compiling,
): void {
  for (const [index, rule] of rules.entries()) {
    for (const [at, match] of (matches[index] ?? []).entries()) {
      if (rule === null || match === null) {
        continue;
      }
      const order = [age, index, at] as const;
      for (const { listener, hostnames } of places) {
        placements.push({ match: { rule, listener, ...match }, order, at: { hostnames } });
      }
      if (service === null) {
        continue;
      }
      const { namespace } = route.metadata;
      const { key, port } = service;
      const consumer = key.startsWith(`${namespace}/`) ? null : namespace;
      placements.push({ match: { rule, listener: -1, ...match }, order, at: { service: key, port, consumer } });
    }
  }
}
