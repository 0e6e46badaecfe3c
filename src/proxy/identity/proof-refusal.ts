// What a caller is told whose proof is not accepted, or cannot be checked. Alike for everything that may be wrong.
import { BAD_TOKEN_CHALLENGE, challengeOf } from "../../decide/identity/authenticate.ts";
import type { Authentication } from "../../model/snapshot/access.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";

export const BAD_TOKEN: Refusal = {
  problem: "tokenRefused",
  detail: "The token is not accepted",
  headers: { "www-authenticate": BAD_TOKEN_CHALLENGE },
};
export const BAD_CERTIFICATE: Refusal = {
  problem: "certificateRefused",
  detail: "The client certificate is not accepted",
  headers: { "www-authenticate": challengeOf(null) },
};

export function uncheckable(retryMs: number): Refusal {
  const detail = "The keys to check the caller's proof cannot be had at the moment";
  return { problem: "proofUncheckable", detail, headers: { "retry-after": inSeconds(retryMs) } };
}

export function refusalOfClient(
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
export function noContract(policy: Authentication, service: ServiceKey): Refusal {
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
