// Token exchange (RFC 8693): a token of a cluster's trusted issuer for one of the mesh. The document of the cluster
// decides whom to believe, with which keys and for which audience; the token decides nothing.
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import { workloadOf, type Workload } from "../../decide/identity/cluster-token.ts";
import type { Env } from "../../env/env.ts";
import type { ClusterTrust } from "../../model/snapshot/access.ts";
import { ASYMMETRIC } from "../../model/document/kind/authentication.ts";
import { ACCESS_TOKEN_URN, ID_TOKEN_URN, JWT_URN } from "../../model/api/identity.ts";
import { keySetOf, type KeySet } from "../../tokens/key-set.ts";
import { readToken, type Token } from "../../tokens/read-token.ts";
import { verifyToken, type Verified } from "../../tokens/verify-token.ts";
import { invalid, type OAuthRefusal, type OAuthRequest } from "./request.ts";

interface Exchanged extends Workload {
  readonly cluster: string;
  /** When the cluster's token ends, milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

interface ExchangeWorld {
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly trust: readonly ClusterTrust[];
  /** The mesh itself: what the token's `aud` must be where the cluster says nothing else. */
  readonly mesh: string;
  readonly trustDomain: string;
  readonly now: number;
}

const SKEW_MS = 30_000;
const SUBJECT_TYPES: ReadonlySet<string | null> = new Set([JWT_URN, ACCESS_TOKEN_URN, ID_TOKEN_URN]);
const REQUESTED_TYPES: ReadonlySet<string | null> = new Set([null, ACCESS_TOKEN_URN, JWT_URN]);

/** What is asked for, before anything is believed. @returns null = it can be had */
export function faultOfExchange({ parameter, credentials }: OAuthRequest, mesh: string): OAuthRefusal | null {
  if (credentials !== null) {
    return invalid("An exchange takes the workload's token, and no client credentials.");
  }
  if (parameter("subject_token") === null) {
    return invalid("There is no subject_token.");
  }
  if (!SUBJECT_TYPES.has(parameter("subject_token_type"))) {
    return invalid(`subject_token_type must be ${JWT_URN}, or its access_token or id_token sibling.`);
  }
  if (parameter("actor_token") !== null) {
    return invalid("An actor_token is not taken.");
  }
  if (!REQUESTED_TYPES.has(parameter("requested_token_type"))) {
    return invalid(`Only ${ACCESS_TOKEN_URN} is given out.`);
  }
  const targets = [parameter("audience"), parameter("resource")].filter((one) => one !== null);
  return targets.every((one) => one === mesh) ? null : invalid(`Tokens are for ${mesh} only.`, "invalid_target");
}

/** @returns null = it is not believed; why is nobody's business */
export async function exchange(text: string, world: ExchangeWorld): Promise<Exchanged | OAuthRefusal | null> {
  const token = readToken(text);
  if (!token.ok) {
    return null;
  }
  const named = world.trust.filter(({ issuer }) => issuer === token.claims.iss);
  for (const trust of named) {
    const keys = await keysOf(trust, world);
    if (keys === null) {
      const description = `The keys of the cluster ${trust.cluster} cannot be had at the moment.`;
      return { status: 503, error: "temporarily_unavailable", description, retryAfter: 5 };
    }
    const verified = await verify(token, trust, keys, world);
    if (!verified.ok) {
      continue;
    }
    const workload = workloadOf(verified.claims, world.trustDomain);
    if (workload === null || verified.expiresAtMs === null) {
      return null;
    }
    // Another cluster may have the same issuer, and be trusted with more.
    if (trust.namespaces !== undefined && !trust.namespaces.includes(workload.namespace)) {
      continue;
    }
    return { ...workload, cluster: trust.cluster, expiresAtMs: verified.expiresAtMs - SKEW_MS };
  }
  return null;
}

async function verify(token: Token, trust: ClusterTrust, keys: KeySet, world: ExchangeWorld): Promise<Verified> {
  const { env, ctx, mesh, now } = world;
  const terms = {
    issuer: trust.issuer,
    audiences: [trust.audience ?? mesh],
    algorithms: ASYMMETRIC,
    clockSkewMs: SKEW_MS,
    requiredClaims: ["exp", "sub"],
  };
  const verified = await verifyToken(token, keys, terms, now);
  if (verified.ok || verified.reason !== "unknown-key" || !("jwksUri" in trust.keys)) {
    return verified;
  }
  const { kid } = token.header;
  const newer = kid === null ? null : await isolateState().jwks.newer(portsOf(env), ctx, trust.keys, kid, now);
  return newer === null ? verified : verifyToken(token, newer, terms, now);
}

async function keysOf({ keys }: ClusterTrust, { env, ctx, now }: ExchangeWorld): Promise<KeySet | null> {
  if ("jwks" in keys) {
    return (await keySetOf(keys.jwks)).keys;
  }
  return isolateState().jwks.current(portsOf(env), ctx, keys, now);
}
