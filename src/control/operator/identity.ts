// What is found out about who calls the admin API. How, is in identify.ts.
import type { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { TokenRecord } from "../../model/registry/registry.ts";
import type { SessionProof } from "../../model/registry/session.ts";
import type { Operator } from "./operator.ts";

/** What is needed to find out. */
export interface AdminRequest {
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly store: Store;
  /** Where it comes from; null = nobody knows. */
  readonly address: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a session remembers, once its secret is known. */
export type ProofOf = (secret: string) => Promise<SessionProof> | SessionProof;

/** An operator, or nobody, with the reason in the caller's words. */
export type Identity =
  | {
      readonly operator: Operator;
      /** The API token that it was, to note its use. */
      readonly token: TokenRecord | null;
      /** `session` and `access` (of a person) are what a browser adds by itself: such requests can be forged. */
      readonly by: "bearer" | "session" | "access" | "access-service";
      /** When the proof ends by itself, milliseconds since the epoch; null = it does not. */
      readonly expiresAt: number | null;
      /** What a session that is opened with it remembers. */
      readonly proofOf: ProofOf;
    }
  | {
      readonly refusal: Refusal;
      /**
       * Somebody who was proven, though not to be let in: an expired token, a person without a role. Named in the
       * audit.
       */
      readonly known?: string;
    };

export function unknown(
  detail: string,
  error: "invalid_request" | "invalid_token" | null,
): { readonly refusal: Refusal } {
  const challenge = `Bearer realm="selvage"${error === null ? "" : `, error="${error}"`}`;
  return { refusal: { problem: "unauthenticated", detail, headers: { "www-authenticate": challenge } } };
}
