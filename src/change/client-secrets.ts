// What minting, rotating and revoking make of a client's secrets. Two are live at most: one in use and one to change
// over to. Nothing here ends a live secret that nobody asked to end.
import type { ClientRecord, SecretRecord } from "../model/registry/identity.ts";

const MOST_LIVE = 2;

/** The secrets after the change, the oldest first; or why there is none. */
export type CredentialStep =
  | { readonly ok: true; readonly secrets: readonly SecretRecord[] }
  | { readonly ok: false; readonly reason: "full" | "none" };

export function liveSecrets({ secrets }: Pick<ClientRecord, "secrets">, nowMs: number): readonly SecretRecord[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > nowMs);
}

/** One more secret beside the one there may be. */
export function addSecret(client: Pick<ClientRecord, "secrets">, fresh: SecretRecord, nowMs: number): CredentialStep {
  const live = liveSecrets(client, nowMs);
  return live.length >= MOST_LIVE ? { ok: false, reason: "full" } : { ok: true, secrets: [...live, fresh] };
}

/** A new secret; those before it end after the overlap, or when they would have ended anyway. */
export function rotateSecret(
  client: Pick<ClientRecord, "secrets">,
  fresh: SecretRecord,
  overlapMs: number,
  nowMs: number,
): CredentialStep {
  const live = liveSecrets(client, nowMs);
  if (live.length === 0) {
    return { ok: false, reason: "none" };
  }
  if (overlapMs <= 0) {
    return { ok: true, secrets: [fresh] };
  }
  if (live.length >= MOST_LIVE) {
    return { ok: false, reason: "full" };
  }
  const endsAt = new Date(nowMs + overlapMs).toISOString();
  const leaving = (secret: SecretRecord): SecretRecord => ({
    ...secret,
    expiresAt:
      secret.expiresAt !== null && Date.parse(secret.expiresAt) <= nowMs + overlapMs ? secret.expiresAt : endsAt,
  });
  return { ok: true, secrets: [...live.map(leaving), fresh] };
}

/** @param id null = all of them */
export function revokeSecret(client: Pick<ClientRecord, "secrets">, id: string | null, nowMs: number): CredentialStep {
  const live = liveSecrets(client, nowMs);
  const left = id === null ? [] : live.filter((secret) => secret.id !== id);
  return left.length === live.length ? { ok: false, reason: "none" } : { ok: true, secrets: left };
}
