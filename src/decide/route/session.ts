// Session persistence without a table: the caller holds a token that says which endpoint it was given and when. Opaque,
// not secret and not signed: whoever forges one only chooses an endpoint that the rule would have given out anyway.
import { endpointIdentity } from "../balance/endpoint-identity.ts";
import type { EndpointMap } from "../balance/merge-endpoints.ts";
import { cookieNamed } from "../header/cookies.ts";
import type { Backend, Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { SessionPersistence } from "../../model/snapshot/session-persistence.ts";

interface Session {
  /** `endpointDigest` of the endpoint. */
  readonly digest: string;
  readonly issuedAtMs: number;
  readonly seenAtMs: number;
}

/** 64 bits of FNV-1a: enough to tell the endpoints of one rule apart. */
export function endpointDigest(service: ServiceKey, endpoint: Pick<Endpoint, "id" | "key">): string {
  const text = `${service} ${endpointIdentity(endpoint)}`;
  return fnv(text, 0x811c9dc5) + fnv(text, 0x1000193);
}

function fnv(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

export function sessionToken({ digest, issuedAtMs, seenAtMs }: Session): string {
  return `${digest}.${seconds(issuedAtMs)}.${seconds(seenAtMs)}`;
}

function seconds(ms: number): string {
  return Math.floor(ms / 1000).toString(36);
}

const TOKEN = /^([0-9a-f]{16})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})$/;

/** @returns null for a token that is not ours or that has run out */
export function readSession(token: string, policy: SessionPersistence, nowMs: number): Session | null {
  const found = TOKEN.exec(token);
  if (found === null) {
    return null;
  }
  const [, digest = "", issued = "", seen = ""] = found;
  const issuedAtMs = Number.parseInt(issued, 36) * 1000;
  const seenAtMs = Number.parseInt(seen, 36) * 1000;
  if (policy.absoluteTimeoutMs !== null && nowMs - issuedAtMs >= policy.absoluteTimeoutMs) {
    return null;
  }
  if (policy.idleTimeoutMs !== null && nowMs - seenAtMs >= policy.idleTimeoutMs) {
    return null;
  }
  return { digest, issuedAtMs, seenAtMs };
}

export interface Given {
  readonly service: ServiceKey;
  readonly endpoint: Pick<Endpoint, "id" | "key">;
  /** What the caller came with: the endpoint its token named, and since when it has that token. */
  readonly before: { readonly endpointId: string; readonly issuedAtMs: number } | null;
  /** Where a cookie holds. */
  readonly path: string;
  readonly secure: boolean;
}

/** The response header that hands out a token; null when the caller's own still says the same. */
export function sessionHeader(
  policy: SessionPersistence,
  given: Given,
  nowMs: number,
): [name: string, value: string] | null {
  const kept = given.before?.endpointId === given.endpoint.id ? given.before : null;
  if (kept !== null && policy.idleTimeoutMs === null) {
    return null;
  }
  const issuedAtMs = kept?.issuedAtMs ?? nowMs;
  const digest = endpointDigest(given.service, given.endpoint);
  const token = sessionToken({ digest, issuedAtMs, seenAtMs: nowMs });
  if (policy.type === "Header") {
    return [policy.sessionName, token];
  }
  const endsAtMs = policy.cookieLifetime === "Permanent" ? issuedAtMs + (policy.absoluteTimeoutMs ?? 0) : null;
  const age = endsAtMs === null ? "" : `; Max-Age=${Math.max(0, Math.ceil((endsAtMs - nowMs) / 1000))}`;
  const secure = given.secure ? "; Secure" : "";
  return ["set-cookie", `${policy.sessionName}=${token}; Path=${given.path}${age}; HttpOnly${secure}`];
}

interface ResumedSession {
  readonly backend: Backend;
  readonly endpointId: string;
  readonly issuedAtMs: number;
}

/**
 * The backend and endpoint that the caller's token names, while the rule still gives them traffic; null = choose anew.
 */
export function resumeSession(
  policy: SessionPersistence,
  backends: readonly Backend[],
  endpoints: EndpointMap,
  header: (name: string) => string | null,
  nowMs: number,
): ResumedSession | null {
  const token =
    policy.type === "Cookie" ? cookieNamed(header("cookie"), policy.sessionName) : header(policy.sessionName);
  const session = token === null ? null : readSession(token, policy, nowMs);
  if (session === null) {
    return null;
  }
  for (const backend of backends) {
    if (backend.weight <= 0 || "invalid" in backend.target) {
      continue;
    }
    const { service, version } = backend.target;
    for (const endpoint of endpoints.get(service) ?? []) {
      const usable = endpoint.weight > 0 && (version === null || endpoint.version === version);
      if (!usable || endpointDigest(service, endpoint) !== session.digest) {
        continue;
      }
      return { backend, endpointId: endpoint.id, issuedAtMs: session.issuedAtMs };
    }
  }
  return null;
}
