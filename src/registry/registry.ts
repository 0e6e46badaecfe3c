// What Durable Objects may ask of the registry: objects know no SQL, and reach this through their own Worker's exports.
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../env/env.ts";
import type { Head } from "../model/registry/registry.ts";
import { readHead } from "../store/documents.ts";
import { expireLeases } from "./expire.ts";
import { endOverrides } from "./scheduled.ts";

export class Registry extends WorkerEntrypoint<Env> {
  /** Removes the endpoints whose leases ran out. False = the registry could not be reached; ask again. */
  expire(gone: readonly { readonly key: string; readonly lease: string }[]): Promise<boolean> {
    return expireLeases(this.env, gone, Date.now());
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
