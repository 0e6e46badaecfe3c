// The browser session of an operator: a random secret in a cookie that only this host gets and no script reads, its
// digest in the registry. Every login makes a new one, whatever the browser brought along.
import type { Store } from "../../store/store.ts";
import { cookieNamed } from "../../decide/header/cookies.ts";
import { SESSION_COOKIE } from "../../decide/header/operator-cookies.ts";
import { SESSION_MS, type SessionRecord } from "../../model/registry/session.ts";
import { hex, sha256Hex } from "../../model/word/digest.ts";
import { lookUpSecret } from "./guesses.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { auditOf, type AuditSubject } from "./audit-entry.ts";
import type { AdminRequest, ProofOf } from "./identity.ts";
import type { Operator } from "./operator.ts";

const SECRET = /^[0-9a-f]{64}$/;

export interface Presented {
  readonly secret: string;
  readonly record: SessionRecord;
}

/** The session that the request's cookie is of; null = none that is good. */
export async function presentedSession(
  request: Request,
  visit: AdminRequest,
): Promise<Presented | { readonly refusal: Refusal } | null> {
  const secret = secretOf(request);
  if (secret === null) {
    return null;
  }
  const hash = await sha256Hex(secret);
  const record = await lookUpSecret(visit, hash, () => visit.store.session(hash, visit.now));
  return record === null || "refusal" in record ? record : { secret, record };
}

function secretOf(request: Request): string | null {
  const secret = cookieNamed(request.headers.get("cookie"), SESSION_COOKIE);
  return secret !== null && SECRET.test(secret) ? secret : null;
}

/** The same for somebody who is known already. */
async function ownSession(request: Request, store: Store, now: number): Promise<SessionRecord | null> {
  const secret = secretOf(request);
  return secret === null ? null : store.session(await sha256Hex(secret), now);
}

/** Digest that ties a session to the bootstrap token: who reads the registry can guess neither. */
export async function sealOf(secret: string, bootstrap: string): Promise<string> {
  return sha256Hex(`${secret} ${bootstrap}`);
}

/**
 * Starts a session.
 * @param endsBy milliseconds since the epoch: when what was shown ends by itself; null = the session's own time
 * @returns the Set-Cookie header and when it ends
 */
export async function openSession(
  store: Store,
  caller: AuditSubject,
  proofOf: ProofOf,
  endsBy: number | null,
): Promise<{ readonly cookie: string; readonly expiresAt: number }> {
  const { now, request } = caller;
  const secret = hex(crypto.getRandomValues(new Uint8Array(32)));
  const expiresAt = Math.min(now + SESSION_MS, endsBy ?? Number.POSITIVE_INFINITY);
  const proof = await proofOf(secret);
  const before = await ownSession(request, store, now);
  const record = { hash: await sha256Hex(secret), proof, createdAt: now, seenAt: now, expiresAt };
  const detail = { by: proof.kind };
  await store.createSession(
    record,
    before?.hash ?? null,
    auditOf(caller, { action: "login", target: "session", detail }),
  );
  return { cookie: sessionCookie(secret, Math.floor((expiresAt - now) / 1000)), expiresAt };
}

/** Ends the session of the request's cookie, when there is one. */
export async function closeSession(request: Request, visit: AdminRequest, who: Operator | null): Promise<void> {
  const { env, store, now } = visit;
  const session = await presentedSession(request, visit);
  if (session === null || "refusal" in session) {
    return;
  }
  // Whoever it was may have lost the role meanwhile; the session ends all the same.
  const operator = who ?? { name: "unknown", role: "viewer", namespaces: null };
  const draft = auditOf({ request, env, operator, now }, { action: "logout", target: "session" });
  await store.deleteSession(session.record.hash, { ...draft, role: who?.role ?? null });
}

/** Without a secret: the cookie goes. `Secure` holds on loopback too: browsers count it as a secure context. */
export function sessionCookie(secret: string | null, maxAgeSeconds: number): string {
  const value = secret ?? "";
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${secret === null ? 0 : maxAgeSeconds}; Secure; HttpOnly; SameSite=Strict`;
}
