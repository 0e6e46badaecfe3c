// What a TrafficPolicy says about how many requests a service may have at once, as numbers.

export interface ConcurrencyTerms {
  /** Requests on their way at once, of the whole fleet. */
  readonly max: number;
  /** Requests that may wait for a slot at once, of the whole fleet. */
  readonly queue: number;
  /** null = the cap is `max`, whatever the service's latency. */
  readonly adaptive: AdaptiveTerms | null;
  /** null = requests are of one class, and none is refused before the cap is reached. */
  readonly priority: PriorityTerms | null;
}

export interface AdaptiveTerms {
  /** The cap never falls below. */
  readonly min: number;
  /** Percent that latency may rise above the least of the last minute before the cap falls. */
  readonly tolerance: number;
}

export type RequestClass = "critical" | "normal" | "best-effort";

export interface PriorityTerms {
  /** Lower-case name of the request header that tells the class. */
  readonly header: string;
  /** Of requests whose header tells none. */
  readonly default: RequestClass;
  /** Percent of the cap in use from which requests of the class begin to be refused. */
  readonly normalAt: number;
  readonly bestEffortAt: number;
}
