// Whether the proofs that came are those that an AuthenticationPolicy asks for, and what a caller is told that has
// none. A kind with `required: true` must be there in any case. Of the other kinds one is enough, whichever; with
// `mode: permit` none is needed. Bad proofs never get here: they are refused wherever they are found.
import type { Authentication, Client, Identities } from "../../model/snapshot/access.ts";
import type { Party } from "../../model/snapshot/caller.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

export type ProofKind = "jwt" | "clientCredentials" | "mesh" | "mtls";

const KINDS: readonly ProofKind[] = ["jwt", "clientCredentials", "mesh", "mtls"];

/** What is missing, in words for the caller; null = nothing is. */
export function missingProof(policy: Authentication, proven: ReadonlySet<ProofKind>): string | null {
  const required = KINDS.filter((kind) => isRequired(policy, kind) && !proven.has(kind));
  if (required.length > 0) {
    return required.map(wordsFor).join(" and ");
  }
  const optional = KINDS.filter((kind) => isAccepted(policy, kind) && !isRequired(policy, kind));
  if (policy.mode === "permit" || optional.length === 0 || optional.some((kind) => proven.has(kind))) {
    return null;
  }
  return optional.map(wordsFor).join(" or ");
}

function isAccepted(policy: Authentication, kind: ProofKind): boolean {
  return kind === "jwt" ? policy.jwt.length > 0 : policy[kind] !== null;
}

function isRequired(policy: Authentication, kind: ProofKind): boolean {
  return kind !== "jwt" && policy[kind]?.required === true;
}

function wordsFor(kind: ProofKind): string {
  switch (kind) {
    case "jwt":
      return "a token of an accepted issuer";
    case "clientCredentials":
      return "the client id and secret of an application";
    case "mesh":
      return "the identity of a workload of the mesh";
    case "mtls":
      return "a verified client certificate";
  }
}

/**
 * `www-authenticate` for a caller who may try each of these; never empty, since a 401 must have one (RFC 9110 §15.5.2).
 */
export function challengeOf(policy: Authentication | null): string {
  const challenges: string[] = [];
  const sources = policy?.clientCredentials?.from ?? [];
  if (policy === null || policy.jwt.length > 0 || policy.mesh !== null) {
    challenges.push(BEARER);
  }
  if (sources.includes("basic")) {
    challenges.push(BASIC);
  }
  if (sources.some((source) => source !== "basic")) {
    challenges.push(CLIENT_ID);
  }
  return challenges.length === 0 ? BEARER : challenges.join(", ");
}

const BEARER = 'Bearer realm="selvage"';
const BASIC = 'Basic realm="selvage", charset="UTF-8"';
/** The scheme of Anypoint's Client ID enforcement. */
const CLIENT_ID = "Client-ID-Enforcement";

/**
 * RFC 6750 §3.1. One word for everything that is wrong with a token: which of them it is would help those who forge.
 */
export const BAD_TOKEN_CHALLENGE = `${BEARER}, error="invalid_token", error_description="The token is not accepted"`;

/** Compared when there is nothing to compare with, so that it takes as long: no digest is as this one. */
const NO_DIGEST = "-".repeat(43);
/** As many as a client may have live. */
const SECRETS = 2;

/** Whether a secret's digest is one of the client's live ones. Takes equally long however many it has. */
export function isSecretOf(client: Client | null, digest: string, now: number): boolean {
  let good = false;
  for (let slot = 0; slot < SECRETS; slot++) {
    const held = client?.secrets[slot];
    const live = held !== undefined && (held.expiresAtMs === null || now < held.expiresAtMs);
    const same = isSame(live ? held.digest : NO_DIGEST, digest);
    good = good || same;
  }
  return good;
}

/** Takes as long for what differs at once as for what differs at the end. */
function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at++) {
    difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  }
  return difference === 0;
}

/** A service that offers tiers lets in applications with a contract in force; any other service every known one. */
export function mayUse(
  identities: Identities | undefined,
  service: ServiceKey | null,
  { namespace, name }: Party,
): boolean {
  if (identities === undefined || service === null || !Object.hasOwn(identities.tiered, service)) {
    return true;
  }
  const contracts = Object.hasOwn(identities.contracts, service) ? identities.contracts[service] : undefined;
  return contracts !== undefined && Object.hasOwn(contracts, `${namespace}/${name}`);
}
