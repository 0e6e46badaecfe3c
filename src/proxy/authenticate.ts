// Whether the proofs that hold where the request goes are there: those of the AuthenticationPolicy in force, and where
// none of the service's own is, an identity for services that are not public. A proof that is there and not good is
// refused, whatever else is there; what cannot be checked is refused, too. Refusals are alike for everything that may
// be wrong.
import {
  challengeOf,
  BAD_TOKEN_CHALLENGE,
  mayUse,
  missingProof,
  type ProofKind,
} from "../decide/identity/authenticate.ts";
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
import { checkClient } from "./identity/check-client.ts";
import { checkToken, type CheckedToken } from "./identity/check-token.ts";
import type { Decided, Ended, Exchange, Routed } from "./exchange/exchange.ts";

type GoodToken = Extract<CheckedToken, { is: "good" }>;

export function authenticate(exchange: Exchange): Decided | Promise<Decided> {
  const { routed, badProof } = exchange;
  const { access, guarded } = routed;
  if (badProof !== null) {
    return { no: badProof, stage: STAGE, policy: "none" };
  }
  const policy = policyInForce(exchange, access.policies.authentication);
  // Without a policy a certificate only matters to somebody who asks who the caller is.
  const asked = policy?.mtls || policy?.mesh || access.policies.authorization !== undefined || guarded !== null;
  const certified = asked ? withCertificate(exchange) : { caller: exchange.caller, is: "absent" as const };
  if (policy === null) {
    return exposed(certified.caller, routed, []);
  }
  if (policy.mtls !== null && certified.is === "bad") {
    return denied(policy, BAD_CERTIFICATE);
  }
  const { headers } = exchange.admitted;
  const tokens = findTokens(policy.jwt, (name) => headers.get(name));
  const credentials = findCredentials(policy.clientCredentials?.from ?? [], (name) => headers.get(name));
  const edits: HeaderEdit[] = [{ remove: claimHeaderNames(policy.jwt, headers) }];
  const proven = new Set<ProofKind>();
  if (certified.is === "good") {
    proven.add("mtls");
  }
  const { caller } = certified;
  if (tokens.size === 0 && credentials === null) {
    return settled(exchange, policy, { caller, edits, proven });
  }
  return check(exchange, policy, { caller, edits, proven }, tokens, credentials);
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
  tokens: FoundTokens,
  credentials: ClientCredentials | "bad" | null,
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
  const edits = [...before.edits, { set: good.flatMap(({ provider, claims }) => claimHeaders(provider, claims)) }];
  // Of several tokens in several places all must be good; the caller is whom the first provider vouches for.
  const caller = good[0] === undefined ? before.caller : withUser(before.caller, good[0]);
  if (credentials === null) {
    return settled(exchange, policy, { caller, edits, proven });
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
  return settled(exchange, policy, { caller: { ...caller, application }, edits, proven });
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

const BAD_TOKEN: Refusal = {
  problem: "tokenRefused",
  detail: "The token is not accepted",
  headers: { "www-authenticate": BAD_TOKEN_CHALLENGE },
};
const BAD_CERTIFICATE: Refusal = {
  problem: "certificateRefused",
  detail: "The client certificate is not accepted",
  headers: { "www-authenticate": challengeOf(null) },
};

function uncheckable(retryMs: number): Refusal {
  const detail = "The keys to check the caller's proof cannot be had at the moment";
  return { problem: "proofUncheckable", detail, headers: { "retry-after": inSeconds(retryMs) } };
}

function refusalOfClient(
  policy: Authentication,
  is: "bad" | "too-often" | "uncheckable" | "good",
  waitMs: number,
): Refusal {
  if (is === "uncheckable") {
    return uncheckable(2000);
  }
  if (is === "too-often") {
    const detail = "Too many credentials were refused: these have not been looked at";
    return { problem: "refusedTooOften", detail, headers: { "retry-after": inSeconds(waitMs) } };
  }
  const detail = "The client id or secret is not accepted";
  return { problem: "clientRefused", detail, headers: { "www-authenticate": challengeOf(policy) } };
}

/** Whoever reads this has proven to be the application, so it may know why it is refused. */
function noContract(policy: Authentication, service: ServiceKey): Refusal {
  return {
    problem: "clientRefused",
    detail: `The application has no approved contract with the service ${service}`,
    extensions: { service },
    headers: { "www-authenticate": challengeOf(policy) },
  };
}

function inSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
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
