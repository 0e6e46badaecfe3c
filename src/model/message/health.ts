// Active health checks: what isolates, the coordinator that probes and the mesh object say to each other about them.
// Sides may be of different releases: fields are only ever added.
import type { HealthTerms } from "../snapshot/health-terms.ts";
import type { Endpoint, ServiceKey } from "../snapshot/snapshot.ts";

/** An endpoint to probe. */
export interface ProbeTarget {
  readonly id: string;
  /** What breakers and ejections know it by; absent = by its id. */
  readonly key?: string;
  readonly address: Endpoint["address"];
  /** Whether its cluster allows private addresses. */
  readonly private: boolean;
}

/** Part of an isolate's report: this service has traffic, and these are its endpoints. */
export interface HealthReport {
  readonly service: ServiceKey;
  readonly terms: HealthTerms;
  /** Stands for the list of endpoints. */
  readonly list: string;
  /** The list itself; null = the coordinator has it. */
  readonly targets: readonly ProbeTarget[] | null;
}

export interface HealthReply {
  /** Better not asked. */
  readonly leftOut: readonly string[];
  /** How long that holds when nobody renews it, milliseconds from the sending of the report. */
  readonly forMs: number;
  /** The coordinator does not have the list. */
  readonly wantsList: boolean;
}

export type HealthState = "healthy" | "unhealthy" | "unknown";

/** What is known of one endpoint by probing it. */
export interface HealthRow {
  readonly endpoint: string;
  readonly state: HealthState;
  /** When the state began, milliseconds since the epoch. */
  readonly since: number;
  /** When it was last probed; null = not yet. */
  readonly checkedAt: number | null;
  /** Why the last failing probe failed; null while none did. */
  readonly cause: string | null;
  /** Whether isolates are told to leave it out. */
  readonly leftOut: boolean;
}
