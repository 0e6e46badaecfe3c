// What isolates tell the mesh object of endpoints that fail the calls sent to them, with the question that they ask
// anyway. Sides may be of different releases: fields are only ever added.
import type { ServiceKey } from "../snapshot/snapshot.ts";

/** Of one endpoint, as one isolate saw it in the last seconds. */
export interface CallNote {
  readonly service: ServiceKey;
  readonly endpoint: string;
  /** Calls of the last seconds; statuses from 500 count as failed. */
  readonly ok: number;
  readonly failed: number;
  /** Of `ok`, those that took much longer than usual. */
  readonly slow: number;
  /** Until response headers, on average of `ok`; null = none was answered. */
  readonly meanMs: number | null;
  /** What that was while it was not slow; null = not known yet. */
  readonly usualMs: number | null;
  /** Calls sent since anything was last heard of it, and how long the first of them has been waiting. */
  readonly waiting: number;
  readonly silentMs: number;
  /** Why the last one failed; null = none did. */
  readonly cause: string | null;
}

/** The same of all isolates that told of it, with what it comes to. */
export interface CallTrouble extends Omit<CallNote, "usualMs" | "silentMs"> {
  readonly state: "down" | "hung" | "failing" | "slow";
  /** When it began, milliseconds since the epoch. */
  readonly since: number;
  readonly isolates: number;
  /** One sentence, without the endpoint's name. */
  readonly told: string;
}
