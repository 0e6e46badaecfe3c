// Credentials of one application or service, as the calls about them change and show them. Each change is a revision of
// the mesh, announced before the caller hears of it. The secret itself is in the answer that made it, and nowhere else.
import { settingsOf } from "../../env/settings.ts";
import { announce } from "../../change/announce.ts";
import { changeIdentities } from "../../change/change-identities.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import { liveSecrets, revokeSecret, type CredentialStep } from "../../change/client-secrets.ts";
import type { Credentials } from "../../model/api/clients.ts";
import type { ClientKind, ClientRecord, IdentityState, SecretRecord } from "../../model/registry/identity.ts";
import { refOf } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { isRefusal } from "../http/answer.ts";
import { agentDetail } from "../operator/agent-call.ts";
import { callerAddress } from "../operator/caller-address.ts";
import type { OperationRequest } from "../register/operation.ts";
import { mintSecret, newClientId } from "./client-secret.ts";

interface Owner {
  readonly kind: ClientKind;
  readonly namespace: string;
  readonly name: string;
}

type Asked = Pick<
  OperationRequest<{ readonly ns: string; readonly name: string }, unknown, unknown>,
  "params" | "request" | "env" | "ctx" | "store" | "operator" | "now"
>;

export async function readFor({ params, store, now }: Asked, kind: ClientKind) {
  const owner = { kind, namespace: params.ns, name: params.name };
  const [document, identities, { revision }] = await Promise.all([
    store.document(kind, params.ns, params.name),
    store.identities(),
    store.head(),
  ]);
  if (document === null) {
    return absent(owner);
  }
  return { body: toWire(owner, clientOf(identities, owner), revision, now) };
}

/** Makes a client, if there is none yet, and what `step` makes of the fresh secret. */
export async function mintFor(
  exchange: Asked,
  kind: ClientKind,
  { action, verb, reason }: { readonly action: string; readonly verb: string; readonly reason: string | null },
  step: (client: Pick<ClientRecord, "secrets">, fresh: SecretRecord, nowMs: number) => CredentialStep,
) {
  const { env, ctx, now, operator, params } = exchange;
  const owner = { kind, namespace: params.ns, name: params.name };
  const held = await isolateState().keys.current(portsOf(env), ctx, now);
  if (held === null) {
    return NO_KEYS;
  }
  const { id, secret, digest } = await mintSecret(held);
  const at = new Date(now).toISOString();
  const fresh: SecretRecord = { id, digest, createdAt: at, createdBy: operator.name, expiresAt: null };
  const blank = { ...owner, id: newClientId(), createdAt: at, createdBy: operator.name, secrets: [] };
  const changed = await change(exchange, owner, { action, verb, reason, secretId: id }, (client) => {
    const next = step(client ?? blank, fresh, now);
    return next.ok ? { ...(client ?? blank), secrets: next.secrets } : refusalOf(next.reason, owner, client, now);
  });
  if (isRefusal(changed)) {
    return changed;
  }
  const { clientId } = changed;
  return { status: 201 as const, body: { ...changed, clientId: clientId ?? blank.id, clientSecret: secret } };
}

/** @param id null = every secret */
export async function revokeFor(exchange: Asked, kind: ClientKind, action: string, id: string | null) {
  const { now, params } = exchange;
  const owner = { kind, namespace: params.ns, name: params.name };
  const changed = await change(exchange, owner, { action, verb: "revoke", reason: null, secretId: id }, (client) => {
    const next = client === null ? ({ ok: false, reason: "none" } as const) : revokeSecret(client, id, now);
    if (client !== null && next.ok) {
      return { ...client, secrets: next.secrets };
    }
    const what = id === null ? "no credentials in force" : `no secret ${id} in force`;
    return { problem: "notFound", detail: `${nameOf(owner)} has ${what}.` };
  });
  return isRefusal(changed) ? changed : { body: changed };
}

/** One change of one client, as a revision; announced before the caller hears of it. */
async function change(
  { env, store, operator, request, now }: Asked,
  owner: Owner,
  about: {
    readonly action: string;
    readonly verb: string;
    readonly reason: string | null;
    readonly secretId: string | null;
  },
  edit: (client: ClientRecord | null) => ClientRecord | Refusal,
): Promise<Credentials | Refusal> {
  let after: ClientRecord | null = null;
  const changed = await changeIdentities(
    store,
    {
      actor: operator.name,
      role: operator.role,
      ip: callerAddress({ request, env }),
      reason: about.reason,
      now: new Date(now).toISOString(),
      localMesh: settingsOf(env).isLocalMesh,
      meshDomain: settingsOf(env).meshDomain,
      asked: agentDetail(request),
      action: about.action,
      source: `${about.verb} ${owner.kind.toLowerCase()}/${owner.namespace}/${owner.name}`,
      target: refOf(owner.kind, owner.namespace, owner.name),
      detail: () => ({ clientId: after?.id ?? null, secret: about.secretId ?? "all" }),
    },
    ({ documents, identities }) => {
      const exists = documents.some(
        ({ document: { kind, metadata } }) =>
          kind === owner.kind && metadata.namespace === owner.namespace && metadata.name === owner.name,
      );
      if (!exists) {
        return { refusal: absent(owner) };
      }
      const before = clientOf(identities, owner);
      const edited = edit(before);
      if ("problem" in edited) {
        return { refusal: edited };
      }
      after = edited;
      const others = identities.clients.filter((client) => client !== before);
      return { identities: { ...identities, clients: [...others, edited] } };
    },
  );
  if (!changed.ok) {
    return changed.refusal;
  }
  await announce(env, await store.head());
  return toWire(owner, after, changed.revision, now);
}

function clientOf({ clients }: IdentityState, { kind, namespace, name }: Owner): ClientRecord | null {
  return clients.find((one) => one.kind === kind && one.namespace === namespace && one.name === name) ?? null;
}

function toWire(owner: Owner, client: ClientRecord | null, revision: number, now: number): Credentials {
  const secrets = (client === null ? [] : liveSecrets(client, now)).map(({ id, createdAt, createdBy, expiresAt }) => {
    return { id, createdAt, createdBy, expiresAt };
  });
  return { ...owner, clientId: client?.id ?? null, secrets, revision };
}

const nameOf = ({ kind, namespace, name }: Owner): string => `The ${kind} ${namespace}/${name}`;

const absent = ({ kind, namespace, name }: Owner): Refusal => ({
  problem: "notFound",
  detail: `There is no ${kind} ${namespace}/${name}.`,
});

const NO_KEYS: Refusal = {
  problem: "storageUnavailable",
  detail: "The mesh's keys cannot be reached, so no secret can be made. Those in force go on; try again shortly.",
  headers: { "retry-after": "2" },
};

function refusalOf(reason: "full" | "none", owner: Owner, client: ClientRecord | null, now: number): Refusal {
  if (reason === "none") {
    const detail = `${nameOf(owner)} has no credentials in force to rotate: make some first.`;
    return { problem: "notFound", detail };
  }
  const secrets = client === null ? [] : liveSecrets(client, now).map(({ id, expiresAt }) => ({ id, expiresAt }));
  const ends = secrets.flatMap(({ expiresAt }) => expiresAt ?? []).sort()[0];
  const wait = ends === undefined ? "" : `, or wait until ${ends}`;
  return {
    problem: "secretsFull",
    detail: `${nameOf(owner)} has two secrets in force, which is the most. Revoke one${wait}.`,
    extensions: { secrets },
  };
}
