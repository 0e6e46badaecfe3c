// What was changed in a window, newest first: revisions with what they changed, and what operators did beside them.
import type { IdentityState } from "../../model/registry/identity.ts";
import type { AuditRow, RevisionRecord } from "../../model/registry/registry.ts";
import type { Env } from "../../env/env.ts";
import type { MeshChange } from "../../model/api/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { counted } from "../../model/word/plural.ts";
import { partsOfRef, refOf, serviceKey } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import { failoversOf } from "./failovers.ts";
import { knownServices } from "./known-services.ts";
import { readTurns } from "./read-turns.ts";
import type { Operator } from "../operator/operator.ts";
import { seenName, visible } from "../operator/redact.ts";

const MOST_READ = 500;
const MOST_NAMED = 5;
const MOST_LOOKED_INTO = 50;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Changes {
  readonly items: readonly MeshChange[];
  readonly partial: boolean;
}

/** @param covers services whose changes are wanted; what is about none alone is for operators of the whole mesh */
export async function readChanges(
  store: Store,
  env: Env,
  span: Span,
  operator: Operator,
  covers: (service: ServiceKey) => boolean,
): Promise<Changes> {
  const [revisions, audit, turns, identities, known] = await Promise.all([
    store.revisions({ limit: MOST_READ }),
    store.audit({ limit: MOST_READ }),
    readTurns(store, env, covers),
    store.identities(),
    knownServices(store, env, covers),
  ]);
  const isWithin = ({ at }: { readonly at: string }): boolean => {
    const ms = Date.parse(at);
    return ms >= span.from && ms < span.to;
  };
  const recent = revisions.filter(isWithin);
  const changed = (
    await Promise.all(recent.slice(0, MOST_LOOKED_INTO).map(async (one) => ofRevision(store, one, operator)))
  ).flat();
  const turned = turns.map((turn) => seenTurn(operator, turn));
  const seen = [...turned, ...endedSecrets(identities), ...failoversOf(known)].filter(isWithin);
  const items = [...changed, ...audit.filter(isWithin).flatMap(ofAudit), ...seen].filter(({ service }) =>
    service === null ? operator.namespaces === null : covers(service),
  );
  return {
    items: items.toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
    partial: recent.length > MOST_LOOKED_INTO || revisions.length === MOST_READ,
  };
}

/** What a breaker did names the policy that had it do so. */
function seenTurn(operator: Operator, turn: MeshChange): MeshChange {
  const { kind, detail } = turn;
  const isByPolicy = detail !== null && (kind === "breaker" || kind === "ejection");
  return isByPolicy ? { ...turn, detail: seenName(operator, detail) } : turn;
}

/** One for each service that a document of it is about, and one for the rest. */
async function ofRevision(store: Store, record: RevisionRecord, operator: Operator): Promise<MeshChange[]> {
  const { revision, at, actor, reason } = record;
  const changes = (await store.revision(revision))?.changes ?? [];
  const groups = Map.groupBy(changes, ({ ref, after, before }) => serviceOf(ref, after ?? before));
  return [...groups].map(([service, those]) => {
    const isOverride = those.every(({ ref }) => ref.startsWith("Override/"));
    const seen = visible(operator, those);
    const named = seen.slice(0, MOST_NAMED).map(({ ref, action }) => `${action} ${ref}`);
    const others = those.length - named.length;
    const more = others === 0 ? [] : named.length > 0 ? [`and ${counted(others, "more document")}`] : [OTHERS];
    return {
      at,
      kind: isOverride ? "override" : "revision",
      service,
      actor: seen.length === 0 ? null : actor,
      revision,
      title: `revision ${revision}: ${[...named, ...more].join(", ")}`,
      detail: seen.length === 0 ? null : reason,
    };
  });
}

const OTHERS = "documents of other namespaces that name it";

/** The service that a document is about, as far as that is one; null = none, or several. */
function serviceOf(ref: string, document: unknown): ServiceKey | null {
  const { kind, namespace, name } = partsOfRef(ref);
  if (kind === "Service") {
    return serviceKey(namespace, name);
  }
  const names = new Set(backendNames(document, namespace, 0));
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : null;
}

const DEEPEST = 12;

/** Services that a document names: as a target or a backend, whatever its kind is. */
function backendNames(value: unknown, namespace: string, depth: number): ServiceKey[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((one) => backendNames(one, namespace, depth + 1));
  }
  const entries = Object.entries(value);
  const of = (key: string): unknown => entries.find(([name]) => name === key)?.[1];
  const name = of("name");
  const isNamed = typeof name === "string" && of("metadata") === undefined;
  const isService = isNamed && (of("kind") === "Service" || (of("kind") === undefined && of("weight") !== undefined));
  const ns = of("namespace");
  const own = isService ? [serviceKey(typeof ns === "string" ? ns : namespace, name)] : [];
  return [...own, ...entries.flatMap(([, one]) => backendNames(one, namespace, depth + 1))];
}

/** What operators do without a revision, as the audit has it. */
const ACTIONS: Readonly<Record<string, { readonly kind: MeshChange["kind"]; readonly title: string }>> = {
  forceBreaker: { kind: "breaker", title: "an operator forced its breaker" },
  drainEndpoint: { kind: "drain", title: "an endpoint was drained" },
  deleteEndpoint: { kind: "drain", title: "an endpoint was removed" },
  rotateKeys: { kind: "key", title: "the mesh's signing key was rotated" },
  revokeKey: { kind: "key", title: "a key of the mesh was revoked" },
  rotateApplicationCredentials: { kind: "key", title: "the secret of an application was rotated" },
  rotateApplication: { kind: "key", title: "the secret of an application was rotated" },
  revokeApplicationCredentials: { kind: "key", title: "the secrets of an application were revoked" },
  revokeApplicationSecret: { kind: "key", title: "a secret of an application was revoked" },
  rotateServiceCredentials: { kind: "key", title: "the secret of a workload was rotated" },
  rotateService: { kind: "key", title: "the secret of a workload was rotated" },
  revokeServiceCredentials: { kind: "key", title: "the secrets of a workload were revoked" },
  revokeServiceSecret: { kind: "key", title: "a secret of a workload was revoked" },
};

function ofAudit({ at, actor, action, target, outcome, reason, detail }: AuditRow): MeshChange[] {
  const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (known === undefined || outcome !== "allowed") {
    return [];
  }
  const { namespace, name } = partsOfRef(target);
  const service = known.kind === "key" ? null : serviceKey(namespace, name.split("/")[0] ?? "");
  const whose = target === "mesh" ? "" : ` (${target})`;
  const state = typeof detail["state"] === "string" ? ` ${detail["state"]}` : "";
  return [
    {
      at,
      kind: known.kind,
      service,
      actor,
      revision: null,
      title: `${known.title}${known.kind === "key" ? whose : state}`,
      detail: reason,
    },
  ];
}

/** A secret that was rotated ends later, and that is when its calls are refused. */
function endedSecrets({ clients }: IdentityState): MeshChange[] {
  return clients.flatMap(({ kind, namespace, name, secrets }) =>
    secrets.flatMap(({ expiresAt }): MeshChange[] => {
      const title = `a secret of ${refOf(kind, namespace, name)} has ended`;
      const about = { service: null, actor: null, revision: null, detail: null };
      return expiresAt === null ? [] : [{ at: expiresAt, kind: "key", title, ...about }];
    }),
  );
}
