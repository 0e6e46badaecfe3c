// What isolates and the mesh object tell each other. Plain data: it crosses the wire between two versions of the
// software, so members may be added, never changed.
import type { CallNote } from "./call-notes.ts";
import type { ForcedList } from "./forced.ts";
import type { Watch } from "./watch.ts";
import type { Head } from "../registry/registry.ts";

/**
 * "Is there anything newer than what I have?" That an isolate asks with its revision is the receipt of that revision.
 */
export interface PollQuestion extends Head {
  /** Random, for the isolate's life. */
  readonly isolate: string;
  /** Isolate group (`selvage up --edges N`); null = there is only one. */
  readonly edge: string | null;
  /**
   * Whoever runs it asks it about itself every second, so that it never sleeps: a local mesh. Absent = nobody does.
   */
  readonly isKeptAwake?: true;
  /** Data centre, as the platform calls it; null = not known here. */
  readonly colo: string | null;
  /** Version of the forced states that it has; absent = an isolate of a release that does not ask for them. */
  readonly forced?: number;
  /**
   * Endpoints that fail what the isolate sends them; absent = none that it knows of, or an isolate of an earlier
   * release.
   */
  readonly notes?: readonly CallNote[];
}

export interface PollAnswer extends Head {
  /** Ask again after so long, while there is traffic. */
  readonly pollMs: number;
  /** The registry was set back to before what isolates know, and nobody has adopted it yet; absent = it was not. */
  readonly setBack?: boolean;
  /** What operators force, where it is not what the isolate has. */
  readonly forced?: ForcedList;
  /**
   * Counts the mesh's keys that were taken out of use; absent = none, or an object of a release that does not count.
   */
  readonly revocations?: number;
  /** Who watches requests; absent = nobody, or an object of a release that does not know of it. */
  readonly watches?: readonly Watch[];
}

/** The lease of one endpoint, as the registry knows it. */
export interface LeaseGrant {
  /** `<namespace>/<service>/<id>`. */
  readonly key: string;
  readonly ttlMs: number;
  /** Which registration it is for. */
  readonly lease: string;
}

/** What became of one heartbeat; `expiresAt` null = no lease of that key: register again. */
export interface Renewal {
  readonly key: string;
  readonly expiresAt: number | null;
}
