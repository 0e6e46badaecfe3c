// Consumers of APIs at the admin API: an application, by its client id and secret (Basic) or by the token that it got
// for them. Only calls that have an answer for consumers look here; to every other call they are nobody.
import { settingsOf } from "../../env/settings.ts";
import { meshParty } from "../../decide/identity/mesh-caller.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import { serviceKey } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { verifyMeshToken } from "../../tokens/mesh-token.ts";
import { peekIssuer } from "../../tokens/read-token.ts";
import { judgeClient } from "../oauth/client.ts";
import { newerThan } from "../oauth/newer-snapshot.ts";
import { basicOf, type PresentedCredentials } from "../oauth/request.ts";
import { type AdminRequest, unknown } from "../operator/identity.ts";

export interface Consumer {
  /** `<namespace>/<name>` of the Application. */
  readonly application: string;
  /** The newest there is: a contract that was withdrawn a moment ago opens nothing. */
  readonly snapshot: Snapshot;
}

type Proof = { readonly credentials: PresentedCredentials | null } | { readonly token: string };

/** @returns null = the request shows no proof of a consumer: it may be an operator's */
export async function identifyConsumer(
  request: Request,
  visit: AdminRequest,
): Promise<Consumer | { readonly refusal: Refusal } | null> {
  const { env, ctx, now } = visit;
  const proof = proofOf(request.headers.get("authorization"), settingsOf(env).issuer);
  if (proof === null) {
    return null;
  }
  const state = isolateState();
  const ports = portsOf(env);
  const [live, keys] = await Promise.all([
    state.snapshot.current(ports, ctx, now),
    state.keys.current(ports, ctx, now),
  ]);
  if (live === null || keys === null) {
    return { refusal: UNCHECKABLE };
  }
  return "token" in proof
    ? byToken(proof.token, keys, await newest(live.snapshot, visit), visit)
    : byCredentials(proof.credentials, keys, live.snapshot, visit);
}

async function newest(snapshot: Snapshot, visit: AdminRequest): Promise<Snapshot> {
  return (await newerThan(snapshot, visit, false)) ?? snapshot;
}

/** Operators have no Basic; a bearer token is a consumer's when it says that the mesh made it. */
function proofOf(authorization: string | null, issuer: string): Proof | null {
  if (authorization === null) {
    return null;
  }
  if (/^basic\b/i.test(authorization)) {
    return { credentials: basicOf(authorization) };
  }
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  return token !== undefined && peekIssuer(token) === issuer ? { token } : null;
}

async function byCredentials(
  credentials: PresentedCredentials | null,
  keys: MeshKeys,
  live: Snapshot,
  visit: AdminRequest,
): Promise<Consumer | { readonly refusal: Refusal }> {
  if (credentials === null) {
    return { refusal: NOT_ACCEPTED };
  }
  const judging = { ip: visit.address, now: visit.now };
  const judged = (by: Snapshot): ReturnType<typeof judgeClient> =>
    judgeClient(credentials, keys, by, (sparing) => newerThan(by, visit, sparing), judging);
  const first = await judged(live);
  // Who guesses makes no work; who is known is looked at again, as a secret may have been revoked a moment ago.
  const snapshot = "error" in first ? live : await newest(live, visit);
  const client = snapshot === live ? first : await judged(snapshot);
  if ("error" in client) {
    const often = { "retry-after": String(client.retryAfter ?? 1) };
    const refusal: Refusal = { problem: "refusedTooOften", detail: client.description, headers: often };
    return { refusal: client.status === 429 ? refusal : NOT_ACCEPTED };
  }
  // A workload calls services; it is no consumer with a contract.
  if (client.kind !== "Application") {
    return { refusal: NOT_ACCEPTED };
  }
  return { application: serviceKey(client.namespace, client.name), snapshot };
}

async function byToken(
  token: string,
  keys: MeshKeys,
  snapshot: Snapshot,
  { env, now }: AdminRequest,
): Promise<Consumer | { readonly refusal: Refusal }> {
  const settings = settingsOf(env);
  const verified = await verifyMeshToken(token, keys, settings, now);
  const party = typeof verified === "string" ? null : meshParty(verified.claims, snapshot, settings.trustDomain, now);
  if (party?.kind !== "application") {
    return unknown("The token is not one of an Application, or holds no more.", "invalid_token");
  }
  return { application: serviceKey(party.party.namespace, party.party.name), snapshot };
}

/** One answer, whatever is wrong: which client ids exist is nobody's business. */
const NOT_ACCEPTED: Refusal = {
  problem: "clientRefused",
  detail: "The client id or secret is not an Application's.",
  headers: { "www-authenticate": 'Basic realm="selvage", charset="UTF-8"' },
};

const UNCHECKABLE: Refusal = {
  problem: "proofUncheckable",
  detail: "The keys to check the caller's proof cannot be had at the moment.",
  headers: { "retry-after": "2" },
};
