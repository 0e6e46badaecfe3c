// What Durable Objects may ask of the registry: objects know no SQL, and reach this through their own Worker's exports.
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../env/env.ts";
import type { Head } from "../model/registry/registry.ts";
import type { RolloutTurn } from "../model/message/rollout.ts";
import { auditTurn } from "./rollout-audit.ts";
import { readHead } from "../store/documents.ts";
import { expireLeases } from "./expire.ts";
import { endOverrides } from "./scheduled.ts";

export class Registry extends WorkerEntrypoint<Env> {
  /** Removes the endpoints whose leases ran out. False = the registry could not be reached; ask again. */
  expire(gone: readonly { readonly key: string; readonly lease: string }[]): Promise<boolean> {
    return expireLeases(this.env, gone, Date.now());
  }

  /** What the controller of a Rollout decided by itself goes into the audit. */
  noteRollout(rollout: string, turn: RolloutTurn): Promise<void> {
    return auditTurn(this.env, rollout, turn);
  }

  /** Where the registry stands. */
  head(): Promise<Head> {
    return readHead(this.env.DB);
  }

  /**
   * Takes expired Overrides out of force. Answers when to ask again, milliseconds since the epoch; null = not at all.
   */
  expireOverrides(): Promise<number | null> {
    return endOverrides(this.env);
  }
}
