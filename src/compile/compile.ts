// Documents → snapshot: the whole mesh, compiled once, at apply, into what the data plane reads. Also finds what is
// wrong with it and says in each document's status what became of it. Pure: the time is an argument.
import type { CompiledRegex } from "../decide/route/regex.ts";
import type { Document } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import { NO_IDENTITIES, type IdentityState } from "../model/registry/identity.ts";
import { SNAPSHOT_SCHEMA } from "../model/snapshot/schema.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import type { Status } from "../model/registry/status.ts";
import { builtInCluster, clusterRule } from "./documents/cluster-rule.ts";
import { lintContracts } from "./policy/contracts.ts";
import { compileIdentities } from "./policy/identities.ts";
import { compileTiers } from "./policy/limit.ts";
import { indexPolicies } from "./policy/policy-index.ts";
import { compileClusters } from "./clusters.ts";
import { ownHostnames } from "./route/claim-hostnames.ts";
import { compileListeners } from "./route/listeners.ts";
import { layOverrides } from "./overrides.ts";
import { collectPrograms } from "./documents/programs.ts";
import { compileRouter } from "./route/router.ts";
import { compileRoutes } from "./route/routes.ts";
import { compileRollouts } from "./rollouts.ts";
import { compileServices } from "./services.ts";
import { compileStatuses } from "./statuses.ts";
import { finish, mapped, type Steps } from "./documents/steps.ts";
import { indexing, type DocumentIndex } from "./documents/document-index.ts";
import { lintConsumers } from "./lint/consumers.ts";
import { newExamples } from "./lint/example.ts";
import { affectedBy } from "./lint/focus.ts";
import { hazardsOf } from "./lint/hazards.ts";
import { lintBackends } from "./lint/backends.ts";
import { lintMatches } from "./lint/matches.ts";
import { lintReferences } from "./lint/references.ts";
import { lintRoute } from "./lint/routes.ts";
import { lintTrust } from "./lint/trust.ts";

export interface CompileOptions {
  /** Revision that the snapshot will be. */
  readonly revision: number;
  /** RFC 3339; when a condition that changes has changed. */
  readonly now: string;
  /** Under `selvage up`: endpoints without a cluster are in `local`, where private addresses are allowed. */
  readonly localMesh: boolean;
  /** Below it services have hosts of their own; absent: they have none. */
  readonly meshDomain?: string | null;
  /** Whether the Worker has a secret of that name that can be a key; absent = nobody knows. */
  readonly hasSecret?: (name: string) => boolean;
  /** Statuses before, by `refOf`: times of conditions that stay are kept. */
  readonly previous?: ReadonlyMap<string, Status>;
  /** Generation of each document, by `refOf`; 1 where there is none. */
  readonly generations?: ReadonlyMap<string, number>;
  /**
   * When each document was first written (RFC 3339), by `refOf`: of equal routes the oldest wins. Absent: it is new.
   */
  readonly createdAt?: ReadonlyMap<string, string>;
  /** `compileRegex`, remembering what it was asked before; absent: each pattern is compiled anew. */
  readonly compilePattern?: (pattern: string) => CompiledRegex;
  /** Refs that differ from the mesh in force: only what they may change is looked at closely. Absent: everything is. */
  readonly changed?: ReadonlySet<string>;
  /** As if there were no Overrides. */
  readonly bare?: boolean;
  /** Credentials and contract states as they are; absent = there are none. */
  readonly identities?: IdentityState;
}

export interface Compiled {
  readonly snapshot: Snapshot;
  /** `error`: the mesh must not be put in force. `warning`: it works, though not as its authors may think. */
  readonly findings: readonly Finding[];
  /** By `refOf`. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** Credentials and contract states as they have to be with these documents. */
  readonly identities: IdentityState;
}

/** Units of a look at one document. */
const HAZARDS = 0.5;

/** Compiles the whole would-be mesh. */
export function compile(documents: readonly Document[], options: CompileOptions): Compiled {
  return finish(compiling(documents, options));
}

/** The same, in steps. */
export function* compiling(documents: readonly Document[], options: CompileOptions): Steps<Compiled> {
  // What goes over all documents once is a few milliseconds of ten thousand of them: a rest after each.
  const pass = documents.length;
  const createdAt = options.createdAt ?? new Map<string, string>();
  const overlaid = layOverrides(
    options.bare === true ? withoutOverrides(documents) : documents,
    createdAt,
    options.now,
  );
  yield pass;
  const world = yield* indexing(overlaid.documents, createdAt);
  const previous = options.previous ?? new Map<string, Status>();
  yield pass;
  const owners = yield* ownHostnames(world, { meshDomain: options.meshDomain ?? null, now: options.now, previous });
  yield pass;
  const listeners = compileListeners(world, owners);
  const programs = collectPrograms(options.compilePattern);
  const allowPrivate = allowsPrivate(world, options.localMesh);
  const { hasSecret = () => true } = options;
  const policies = indexPolicies({ documents: world, programs, allowPrivate, hasSecret });
  const limits = policies.tables.limit ?? [];
  const tiers = compileTiers(world.tiers, limits.length);
  const state = options.identities ?? NO_IDENTITIES;
  const identities = compileIdentities(world, tiers, state, options.now, allowPrivate);
  yield pass;
  const { rollouts, findings: ofRollouts } = compileRollouts(world, programs);
  const services = yield* compileServices(world, policies, rollouts, options.localMesh);
  yield pass;
  const routes = yield* compileRoutes(world, listeners, owners, policies, programs);
  yield pass;
  const router = yield* compileRouter(
    routes.placements,
    routes.rules,
    { listeners, owners },
    programs.table,
    world.services,
  );
  yield pass;
  const statuses = yield* compileStatuses(world, listeners, policies, routes, identities.contracts, {
    now: options.now,
    previous,
    generations: options.generations ?? new Map(),
    overlaid,
    owners,
  });
  yield pass;
  const examples = newExamples(router);
  yield pass;
  const isNear = affectedBy(options.changed, routes, listeners.table);
  const near = { ...routes, placements: routes.placements.filter(isNear) };
  yield pass;
  const ofRoutes = yield* mapped(routes.routes, 1, (one) => lintRoute(one, world));
  const hazards = yield* mapped(world.documents, HAZARDS, hazardsOf);
  const lints: readonly (() => readonly Finding[])[] = [
    () => [...overlaid.findings, ...services.findings, ...ofRollouts],
    () => lintReferences(world, listeners),
    () => policies.findings,
    () => lintTrust(world, allowPrivate),
    () => lintContracts(identities.contracts, world),
    () => ofRoutes.flat(),
    () => lintConsumers(world, routes.rules, policies.tables),
    () => hazards.flat(),
    () => lintBackends(examples, near),
    () => lintMatches(examples, near),
  ];
  const findings = (yield* mapped(lints, pass, (lint) => lint())).flat();
  return {
    snapshot: {
      schema: SNAPSHOT_SCHEMA,
      revision: options.revision,
      services: services.services,
      router,
      policies: tiers.rows.length === 0 ? policies.tables : { ...policies.tables, limit: [...limits, ...tiers.rows] },
      ...compileClusters(world, options.localMesh),
      ...(identities.identities === null ? {} : { identities: identities.identities }),
    },
    findings,
    statuses,
    identities: identities.settled,
  };
}

/** Key sets of policies are fetched as endpoints without a cluster are called. */
function allowsPrivate({ clusters }: DocumentIndex, localMesh: boolean): boolean {
  const cluster = builtInCluster(localMesh);
  return clusterRule(cluster, clusters.get(cluster), localMesh)?.allowPrivate ?? false;
}

function withoutOverrides(documents: readonly Document[]): Document[] {
  return documents.filter(({ kind }) => kind !== "Override");
}
