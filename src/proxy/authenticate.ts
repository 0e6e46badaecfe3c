// Whether the proofs that hold where the request goes are there: those of the AuthenticationPolicy in force, and where
// none of the service's own is, an identity for services that are not public. A proof that is there and not good is
// refused, whatever else is there; what cannot be checked is refused, too. Refusals are alike for everything that may
// be wrong.
import { challengeOf, mayUse, missingProof, type ProofKind } from "../decide/identity/authenticate.ts";
import { isProven } from "../decide/identity/caller.ts";
import { readCertificate } from "../decide/identity/certificate.ts";
import type { HeaderEdit } from "../decide/header/edited-headers.ts";
import { claimHeaderNames, claimHeaders } from "../decide/header/claim-headers.ts";
import {
  findCredentials,
  findTokens,
  type ClientCredentials,
  type FoundTokens,
} from "../decide/identity/credentials.ts";
import type { Authentication } from "../model/snapshot/access.ts";
import type { Caller, Party } from "../model/snapshot/caller.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { ServiceKey } from "../model/snapshot/snapshot.ts";
import { memoryOf } from "../isolate/proof-memory.ts";
import { checkClient, type CheckedClient } from "./identity/check-client.ts";
import { checkToken, type CheckedToken } from "./identity/check-token.ts";
import { BAD_CERTIFICATE, BAD_TOKEN, noContract, refusalOfClient, uncheckable } from "./identity/proof-refusal.ts";
import { placesOf, proofsOf, recallCaller } from "./identity/known-caller.ts";
import type { Decided, Ended, Exchange, Routed } from "./exchange/exchange.ts";

type GoodToken = Extract<CheckedToken, { is: "good" }>;

export function authenticate(exchange: Exchange): Decided | Promise<Decided> {
  const { routed, badProof } = exchange;
  const { access } = routed;
  if (badProof !== null) {
    return { no: badProof, stage: STAGE, policy: "none" };
  }
  const policy = policyInForce(exchange, access.policies.authentication);
  const takesCertificates = takes(policy, routed);
  const certified = takesCertificates ? withCertificate(exchange) : { caller: exchange.caller, is: "absent" as const };
  if (policy === null) {
    return exposed(certified.caller, routed, NO_EDITS);
  }
  if (policy.mtls !== null && certified.is === "bad") {
    return denied(policy, BAD_CERTIFICATE);
  }
  const { headers } = exchange.admitted;
  const places = placesOf(exchange, policy);
  const claimed = places.claimed.size === 0 ? NO_EDITS : [{ remove: claimHeaderNames(places.claimed, headers) }];
  const proofs = takesCertificates ? null : proofsOf(exchange, access.policies.authentication ?? -1, places);
  const known = proofs === null ? null : recallCaller(exchange, proofs);
  if (known !== null && mayCall(exchange, policy, known.caller)) {
    exchange.trace?.("authenticate", { policy: policy.policy, proven: known.proven, missing: null });
    return exposed(known.caller, routed, claimed.length === 0 ? known.edits : [...claimed, ...known.edits]);
  }
  const tokens = findTokens(policy.jwt, (name) => headers.get(name));
  const credentials = findCredentials(policy.clientCredentials?.from ?? [], (name) => headers.get(name));
  const proven = new Set<ProofKind>();
  if (certified.is === "good") {
    proven.add("mtls");
  }
  const { caller } = certified;
  const before = { caller, edits: claimed, proven };
  if (tokens.size === 0 && credentials === null) {
    return settled(exchange, policy, before);
  }
  return check(exchange, policy, before, { tokens, credentials, proofs });
}

/**
 * Whether a certificate may say who calls: where the policy in force takes it, or the mesh's own words for a workload,
 * and where no policy says what is taken.
 */
function takes(policy: Authentication | null, { access, guarded }: Routed): boolean {
  if (guarded !== null) {
    return true;
  }
  return policy === null ? access.policies.authorization !== undefined : policy.mtls !== null || policy.mesh !== null;
}

const NO_EDITS: readonly HeaderEdit[] = [];

/** What a request shows. */
interface Shown {
  readonly tokens: FoundTokens;
  readonly credentials: ClientCredentials | "bad" | null;
  /** All of it as one text, by which the caller may be known the next time; null = it may not. */
  readonly proofs: string | null;
}

/** What the proofs so far say. */
interface Proven {
  readonly caller: Caller;
  readonly edits: readonly HeaderEdit[];
  readonly proven: Set<ProofKind>;
}

const STAGE = "authenticate";

function policyInForce({ live }: Exchange, index: number | undefined): Authentication | null {
  if (index === undefined) {
    return null;
  }
  const policy = live.snapshot.policies.authentication?.[index];
  // Compiled together, so this is a bug; to go on would be to let everybody in.
  if (policy === undefined) {
    throw new Error("the AuthenticationPolicy in force is not in the snapshot");
  }
  return policy;
}

/** Who calls, with the SPIFFE ID of a certificate where nothing else said it. */
function withCertificate({ admitted, caller, settings }: Exchange): { caller: Caller; is: "absent" | "bad" | "good" } {
  const certificate = readCertificate(admitted.certificate(), settings.trustDomain);
  if (certificate.is !== "good" || certificate.party === null) {
    return { caller, is: certificate.is };
  }
  const { kind, party } = certificate.party;
  return { caller: caller[kind] === null ? { ...caller, [kind]: party } : caller, is: "good" };
}

async function check(
  exchange: Exchange,
  policy: Authentication,
  before: Proven,
  { tokens, credentials, proofs }: Shown,
): Promise<Decided> {
  const { startedAtMs: now } = exchange;
  const { proven } = before;
  const good: GoodToken[] = [];
  for (const [text, providers] of tokens) {
    const checked = await checkToken(exchange, policy, text, providers, now);
    if (checked.is !== "good") {
      exchange.trace?.("authenticate", { policy: policy.policy, proof: "jwt", ...checked });
      return denied(policy, checked.is === "bad" ? BAD_TOKEN : uncheckable(checked.retryMs));
    }
    good.push(checked);
    proven.add("jwt");
  }
  const edits: HeaderEdit[] = [{ set: good.flatMap(({ provider, claims }) => claimHeaders(provider, claims)) }];
  // Of several tokens in several places all must be good; the caller is whom the first provider vouches for.
  const caller = good[0] === undefined ? before.caller : withUser(before.caller, good[0]);
  if (credentials === null) {
    return concluded(exchange, policy, { before, caller, edits, good, client: null, proofs });
  }
  const checked = credentials === "bad" ? { is: "bad" as const } : await checkClient(exchange, credentials, now);
  if (checked.is !== "good" || credentials === "bad") {
    exchange.trace?.("authenticate", { policy: policy.policy, proof: "clientCredentials", is: checked.is });
    return denied(policy, refusalOfClient(policy, checked.is, "waitMs" in checked ? checked.waitMs : 0));
  }
  edits.push({ remove: credentials.headers });
  const { application } = checked;
  // Two applications in one request: whose limits and contracts would hold?
  if (caller.application !== null && caller.application.principal !== application.principal) {
    return denied(policy, refusalOfClient(policy, "bad", 0));
  }
  return concluded(exchange, policy, {
    before,
    caller: { ...caller, application },
    edits,
    good,
    client: checked,
    proofs,
  });
}

/** All proofs that came are good. */
interface Good {
  readonly before: Proven;
  readonly caller: Caller;
  /** Beside those from before. */
  readonly edits: readonly HeaderEdit[];
  readonly good: readonly GoodToken[];
  readonly client: Extract<CheckedClient, { is: "good" }> | null;
  readonly proofs: string | null;
}

/** Whom a policy lets in is known by the same proofs for a while. */
function concluded(exchange: Exchange, policy: Authentication, found: Good): Decided {
  const { before, caller, edits, good, client, proofs } = found;
  const { proven } = before;
  const decided = settled(exchange, policy, { caller, edits: [...before.edits, ...edits], proven });
  if (proofs === null || !("ok" in decided)) {
    return decided;
  }
  const { state, live, startedAtMs: now } = exchange;
  const vouched = good.map(({ provider, keys }) => ({
    provider,
    memory: memoryOf(state.proofs, policy, provider),
    keys,
  }));
  const until = Math.min(client?.until ?? Infinity, ...good.map(({ expiresAtMs }) => expiresAtMs ?? Infinity));
  const known = { caller, edits, proven: [...proven], vouched, keys: client?.keys ?? null };
  state.callers.remember(live.snapshot, proofs, known, now, until);
  return decided;
}

function withUser(caller: Caller, { provider, claims, expiresAtMs }: GoodToken): Caller {
  const subject = typeof claims["sub"] === "string" ? claims["sub"] : null;
  const user = { provider: provider.name, issuer: provider.issuer, subject };
  return { ...caller, user, claims, expiresAtMs: earlier(caller.expiresAtMs, expiresAtMs) };
}

/** Every proof that came is good: are they those that it takes? */
function settled(exchange: Exchange, policy: Authentication, { caller, edits, proven }: Proven): Decided {
  const { routed } = exchange;
  if (caller.workload !== null) {
    proven.add("mesh");
  }
  if (caller.application !== null && policy.clientCredentials !== null) {
    const service = withoutContract(exchange, routed, caller.application);
    if (service !== null) {
      exchange.trace?.("authenticate", {
        policy: policy.policy,
        proof: "clientCredentials",
        is: "no-contract",
        service,
      });
      return denied(policy, noContract(policy, service));
    }
    proven.add("clientCredentials");
  }
  const missing = missingProof(policy, proven);
  exchange.trace?.("authenticate", { policy: policy.policy, proven: [...proven], missing });
  if (missing === null) {
    return exposed(caller, routed, edits);
  }
  return denied(policy, {
    problem: "identityRequired",
    detail: `The request lacks ${missing}`,
    headers: { "www-authenticate": challengeOf(policy) },
  });
}

/** Whoever is known by its proofs may still have no contract with what it calls. */
function mayCall(exchange: Exchange, { clientCredentials }: Authentication, { application }: Caller): boolean {
  if (application === null || clientCredentials === null) {
    return true;
  }
  return withoutContract(exchange, exchange.routed, application) === null;
}

/**
 * The service that the application would need a contract with: the one that was named, or the one that is to answer.
 */
function withoutContract(
  { live }: Exchange,
  { addressed, destination }: Routed,
  application: Party,
): ServiceKey | null {
  const services = [addressed, "problem" in destination ? null : destination.service];
  return services.find((service) => !mayUse(live.snapshot.identities, service, application)) ?? null;
}

/** A service's exposure holds unless a policy of its own takes its place. */
function exposed(caller: Caller, { access, guarded }: Routed, edits: readonly HeaderEdit[]): Decided {
  if (guarded === null || access.ownAuthentication === true || isProven(caller)) {
    return { ok: { caller, edits } };
  }
  return identityRequired(guarded);
}

function denied({ policy }: Authentication, no: Refusal): Ended {
  return { no, stage: STAGE, policy: `AuthenticationPolicy/${policy}` };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function identityRequired(service: ServiceKey): Ended {
  return {
    stage: STAGE,
    policy: `Service/${service}`,
    no: {
      problem: "identityRequired",
      detail: `The service ${service} takes only callers with an identity: its exposure is "mesh"`,
      extensions: { service },
      headers: { "www-authenticate": 'Bearer realm="selvage"' },
    },
  };
}
