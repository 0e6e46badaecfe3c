// Which policies hold where, for every kind alike: the one place that knows rule › route › service › gateway › mesh.
// Each policy is compiled once; a place gets indexes into what came of it.
import type { Finding } from "../../model/word/finding.ts";
import { partsOfKey, partsOfRef, refOf } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Held, PolicyIndexes, PolicyRow, PolicyTable, PolicyTables } from "../../model/snapshot/policies.ts";
import type { Traffic } from "../../model/snapshot/traffic.ts";
import { BUILT_IN_NAMESPACE } from "../documents/built-in-gateway.ts";
import type { Draft } from "../documents/conditions.ts";
import type { Policy, PolicyContext, PolicyKind } from "./kind.ts";
import { policyKinds } from "./kinds.ts";
import { policyCondition, targetFindings } from "./standing.ts";
import { holdersOf, targetKey, type Conflicts } from "./targets.ts";

/** Where a request may be; null = not there. */
export interface PolicyPlace {
  /** The Gateway that it came through. */
  readonly gateway: string | null;
  /** The service that is to answer. */
  readonly service: ServiceKey | null;
  readonly rule: { readonly namespace: string; readonly route: string; readonly name: string } | null;
  /** The service that the rule's route is attached to and that the request named. */
  readonly addressed?: ServiceKey | null;
  /** The rule is of a namespace that nobody allowed to use the service: it cannot say who may call it anonymously. */
  readonly foreign?: boolean;
}

export interface PolicyIndex {
  readonly tables: PolicyTables;
  /** What holds at a place. */
  readonly at: (place: PolicyPlace) => Held;
  /** What is attached to the rule or its route itself, of the kinds of which the most specific wins. */
  readonly saidBy: (place: PolicyPlace) => PolicyIndexes;
  /** Of what is left of a TrafficPolicy where a rule tightens it. */
  readonly trafficOf: (row: Traffic) => number;
  /** Whether anything is attached to the Gateway: only then does it matter which one a request came through. */
  readonly isTarget: (gateway: string) => boolean;
  /** Of the FaultPolicy `<namespace>/<name>`, attached or not; null = there is none. */
  readonly faultNamed: (key: string) => number | null;
  /** What is wrong with the policies, each by itself and where they are attached. */
  readonly findings: readonly Finding[];
  readonly conditionOf: (policy: Policy) => Draft;
}

/** One kind's policies, compiled. */
interface Attached {
  readonly kind: PolicyKind;
  /** Indexes of its rows, by target; of a kind of which the most specific wins, one. */
  readonly on: ReadonlyMap<string, readonly number[]>;
  readonly named: ReadonlyMap<string, readonly number[]>;
  /** Grows by what rules tighten. */
  readonly rows: PolicyRow<PolicyTable>[];
  readonly conflicts: Conflicts;
  readonly findings: readonly Finding[];
}

export function indexPolicies(context: PolicyContext): PolicyIndex {
  const { documents } = context;
  const all = policyKinds.map((kind) => compileKind(kind, context));
  const of = new Map<string, Attached>(all.map((one) => [one.kind.kind, one]));
  const targets = new Set(all.flatMap(({ on }) => [...on.keys()]));
  const policies = documents.documents.flatMap((document) => {
    const attached = of.get(document.kind);
    // Kinds of the list are policies.
    return attached === undefined ? [] : [{ policy: document as Policy, attached }];
  });
  const filled = all.filter(({ rows }) => rows.length > 0);
  return {
    // Each row was made by the kind of that table.
    tables: Object.fromEntries(filled.map(({ kind, rows }) => [kind.table, rows])) as PolicyTables,
    at: (place) => heldAt(place, all),
    saidBy: (place) => {
      const said = all.flatMap(({ kind, on }) => {
        const index = ruleTargets(place)
          .flatMap((key) => on.get(key) ?? [])
          .at(-1);
        return kind.mode === "adds-up" || index === undefined ? [] : [[kind.table, index] as const];
      });
      return Object.fromEntries(said);
    },
    trafficOf: growing(of.get("TrafficPolicy")?.rows ?? []),
    isTarget: (gateway) => targets.has(`Gateway/${gateway}`),
    faultNamed: (key) => of.get("FaultPolicy")?.named.get(key)?.[0] ?? null,
    findings: [
      ...all.flatMap(({ findings }) => findings),
      ...policies.flatMap(({ policy, attached: { kind, conflicts } }) =>
        targetFindings(policy, kind, documents, conflicts),
      ),
      ...all.flatMap((one) => lintKind(one, context)),
    ],
    conditionOf: (policy) => {
      const { kind = {}, conflicts = NO_CONFLICTS } = of.get(policy.kind) ?? {};
      return policyCondition(policy, kind, documents, conflicts);
    },
  };
}

const NO_CONFLICTS: Conflicts = new Map();

function compileKind(kind: PolicyKind, context: PolicyContext): Attached {
  const policies = context.documents.of(kind.kind);
  const rows: PolicyRow<PolicyTable>[] = [];
  const named = new Map<string, readonly number[]>();
  const on = new Map<string, readonly number[]>();
  const findings: Finding[] = [];
  const { holders, conflicts } = holdersOf(policies);
  const wins = kind.mode === "most-specific-wins";
  for (const policy of policies) {
    const { namespace, name } = policy.metadata;
    const ref = refOf(policy.kind, namespace, name);
    const own = kind.compile(policy, context, (told) => findings.push({ ...told, ref }));
    const indexes = own.map((row) => rows.push(row) - 1);
    named.set(`${namespace}/${name}`, indexes);
    for (const target of new Set(policy.spec.targetRefs.map((one) => targetKey(one, namespace)))) {
      if (!wins) {
        on.set(target, [...(on.get(target) ?? []), ...indexes]);
      } else if (holders.get(target) === policy) {
        on.set(target, indexes);
      }
    }
  }
  return { kind, on, named, rows, conflicts: wins ? conflicts : NO_CONFLICTS, findings };
}

/** So many are told of each other; that the rest contradicts, too, is seen when these are mended. */
const MOST_PEERS = 8;

function lintKind({ kind, named, rows }: Attached, context: PolicyContext): Finding[] {
  const rowsOn = new Map<string, readonly PolicyRow<PolicyTable>[]>();
  const keyed = context.documents.of(kind.kind).map((policy) => {
    const { namespace, name } = policy.metadata;
    const targets = new Set(policy.spec.targetRefs.map((target) => targetKey(target, namespace)));
    return { policy, targets, own: (named.get(`${namespace}/${name}`) ?? []).flatMap((index) => rows[index] ?? []) };
  });
  const everywhere = keyed.flatMap(({ own, targets }) => (targets.has("Mesh") ? own : [])).slice(0, MOST_PEERS);
  return keyed.flatMap(({ policy, targets, own }) => {
    const { namespace, name } = policy.metadata;
    const ref = refOf(policy.kind, namespace, name);
    const around = targets.has("Mesh") ? [] : everywhere;
    const older = [...targets].flatMap((target) => rowsOn.get(target) ?? []);
    for (const target of targets) {
      rowsOn.set(target, [...(rowsOn.get(target) ?? []), ...own].slice(0, MOST_PEERS));
    }
    const told = kind.lint?.(policy, context, [...new Set([...around, ...older])]) ?? [];
    return told.map(({ ...one }) => Object.assign(one, { ref }));
  });
}

/** Index of a row, which is added where it is not there yet. */
function growing<Row>(rows: Row[]): (row: Row) => number {
  const known = new Map<string, number>();
  let seen = 0;
  return (row) => {
    for (; seen < rows.length; seen++) {
      known.set(JSON.stringify(rows[seen]), seen);
    }
    return known.get(JSON.stringify(row)) ?? rows.push(row) - 1;
  };
}

function heldAt(place: PolicyPlace, all: readonly Attached[]): Held {
  const policies: Partial<Record<PolicyTable, number | readonly number[]>> = {};
  let hasOwnAuthentication = false;
  let apart: readonly (readonly number[])[] = [];
  for (const attached of all) {
    const { kind, on } = attached;
    const inner = innerTargets(place, kind);
    const targets = [...outerTargets(place, kind), ...inner];
    const found = targets.flatMap((key) => on.get(key) ?? []);
    const last = found.at(-1);
    if (last === undefined) {
      continue;
    }
    policies[kind.table] = kind.mode === "adds-up" ? [...new Set(found)] : last;
    hasOwnAuthentication ||= kind.table === "authentication" && inner.some((key) => on.has(key));
    apart = kind.isAlternative === undefined ? apart : sidesOf(place, targets, attached);
  }
  return {
    // Of each kind a number or a list, as its mode says.
    policies: policies as PolicyIndexes,
    ...(hasOwnAuthentication ? { ownAuthentication: true } : {}),
    ...(apart.length < 2 ? {} : { apart }),
    ...(place.foreign === true ? { foreign: true } : {}),
  };
}

const HOME = "";

/**
 * The alternatives among a kind's rows, by whose they are: the service's own namespace's and the mesh's are one side.
 */
function sidesOf({ service, rule }: PolicyPlace, targets: readonly string[], { kind, on, rows }: Attached): number[][] {
  const home = service === null ? rule?.namespace : partsOfKey(service).namespace;
  const sideOf = (key: string): string => {
    const { namespace } = partsOfRef(key);
    // The mesh as a target names no namespace.
    return ["", home, BUILT_IN_NAMESPACE].includes(namespace) ? HOME : namespace;
  };
  const isAlternative = (index: number): boolean => {
    const row = rows[index];
    return row !== undefined && kind.isAlternative?.(row) === true;
  };
  return [...Map.groupBy(targets, sideOf).values()]
    .map((keys) => [...new Set(keys.flatMap((key) => on.get(key) ?? []))].filter(isAlternative))
    .filter((side) => side.length > 0);
}

/** The least specific first. Where no service is called, nothing holds for calls. */
function outerTargets({ gateway, service }: PolicyPlace, { attaches }: PolicyKind): string[] {
  if (attaches === "calls" && service === null) {
    return [];
  }
  return gateway === null ? ["Mesh"] : ["Mesh", `Gateway/${gateway}`];
}

function innerTargets(place: PolicyPlace, { attaches, mode }: PolicyKind): string[] {
  const { service, addressed = null, foreign = false } = place;
  if (attaches === "calls" && service === null) {
    return [];
  }
  const targets: string[] = [];
  // Such a rule may add to what guards the service, and put nothing in its place.
  const isAside = foreign && mode === "most-specific-wins";
  if (attaches === "requests" && !isAside && addressed !== null && addressed !== service) {
    targets.push(`Service/${addressed}`);
  }
  if (service !== null) {
    targets.push(`Service/${service}`);
  }
  return isAside ? targets : [...targets, ...ruleTargets(place)];
}

function ruleTargets({ rule }: PolicyPlace): string[] {
  if (rule === null) {
    return [];
  }
  const route = `HTTPRoute/${rule.namespace}/${rule.route}`;
  return [route, `${route}#${rule.name}`];
}
