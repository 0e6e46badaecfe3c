// What status, check and bug-report look at, read in one go. What the operator's role or an older mesh does not give is
// left out.
import type { BreakerList } from "../model/api/breakers.ts";
import type { Credentials } from "../model/api/clients.ts";
import type { Catalog } from "../model/api/endpoints.ts";
import type { LimitList } from "../model/api/limits.ts";
import type { AuditList, Readiness, TokenList, Whoami } from "../model/api/operators.ts";
import type { Overview } from "../model/api/overview.ts";
import type { Propagation, RevisionList } from "../model/api/registry.ts";
import type { RolloutList } from "../model/api/rollouts.ts";
import type { Stats } from "../model/api/signals.ts";
import type { Resource, ResourceList } from "../model/api/resource.ts";
import type { ApiAnswer, ApiClient } from "../cli/session/client.ts";
import { listResources } from "../cli/session/list-resources.ts";

/** What a status is told from. */
export interface MeshKnown {
  /** null = the isolate that serves was not asked. */
  readonly readiness: ApiAnswer<Readiness> | null;
  readonly resources: ApiAnswer<ResourceList>;
  readonly catalog: ApiAnswer<Catalog>;
  readonly revisions: ApiAnswer<RevisionList>;
  /** null when there is no revision to ask about. */
  readonly propagation: ApiAnswer<Propagation> | null;
}

export interface MeshRead extends MeshKnown {
  readonly readiness: ApiAnswer<Readiness>;
}

/** What `check` does not ask for. */
export interface RuntimeRead {
  readonly breakers: ApiAnswer<BreakerList>;
  readonly limits: ApiAnswer<LimitList>;
  readonly audit: ApiAnswer<AuditList>;
  readonly tokens: ApiAnswer<TokenList>;
  /** Of each application. */
  readonly credentials: readonly ApiAnswer<Credentials>[];
  /** Of the last minute. */
  readonly stats: ApiAnswer<Stats>;
  /** Of ten minutes: for what is asked too seldom to show itself in one. */
  readonly longer: ApiAnswer<Stats>;
  /** null = there is no Rollout to ask about. */
  readonly rollouts: ApiAnswer<RolloutList> | null;
}

/** What a page begins with. */
export interface OverviewRead {
  readonly overview: Overview;
  /** false = there was more than one answer may hold: who reads it asks for the rest. */
  readonly isWhole: boolean;
  /** What the answers are, by name. How the isolate is that serves the reader is not among them. */
  readonly mesh: MeshRead;
  readonly runtime: RuntimeRead;
  /** null = it could not be asked. */
  readonly who: Whoami | null;
}

/** Each application's secrets are one question; so many are asked at a time. */
const AT_ONCE = 50;

/** @param listed the documents, where somebody asks for them already */
export async function meshOverview(client: ApiClient, listed = listResources(client, {})): Promise<MeshRead> {
  const [readiness, resources, catalog, revisions] = await Promise.all([
    client.raw<Readiness>("GET", "/_selvage/readyz", [503]),
    listed,
    client.call<Catalog>("GET", "/catalog"),
    client.call<RevisionList>("GET", "/revisions", { query: { limit: 3 } }),
  ]);
  const head = revisions.ok ? revisions.value.revision : 0;
  const propagation = head > 0 ? await client.call<Propagation>("GET", `/revisions/${head}/propagation`) : null;
  return { readiness, resources, catalog, revisions, propagation };
}

/** @param resources only what is asked of applications waits for them */
export async function runtimeOverview(
  client: ApiClient,
  resources: readonly Resource[] | Promise<readonly Resource[]>,
): Promise<RuntimeRead> {
  const [breakers, limits, audit, tokens, stats, longer, credentials, rollouts] = await Promise.all([
    client.call<BreakerList>("GET", "/breakers"),
    client.call<LimitList>("GET", "/limits", { query: { limit: 1000 } }),
    client.call<AuditList>("GET", "/audit", { query: { limit: 100 } }),
    client.call<TokenList>("GET", "/tokens"),
    client.call<Stats>("GET", "/stats", { query: { window: "1m" } }),
    client.call<Stats>("GET", "/stats", { query: { window: "10m" } }),
    Promise.resolve(resources).then((known) => credentialsOf(client, known)),
    Promise.resolve(resources).then((known) =>
      known.some(({ kind }) => kind === "Rollout") ? client.call<RolloutList>("GET", "/rollouts") : null,
    ),
  ]);
  return { breakers, limits, audit, tokens, stats, longer, credentials, rollouts };
}

async function credentialsOf(client: ApiClient, resources: readonly Resource[]): Promise<ApiAnswer<Credentials>[]> {
  const applications = resources.filter(({ kind }) => kind === "Application");
  const known: ApiAnswer<Credentials>[] = [];
  for (let at = 0; at < applications.length; at += AT_ONCE) {
    const answers = await Promise.all(
      applications
        .slice(at, at + AT_ONCE)
        .map(({ metadata: { namespace, name } }) =>
          client.call<Credentials>(
            "GET",
            `/applications/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/credentials`,
          ),
        ),
    );
    known.push(...answers);
  }
  return known;
}
