// What a Service asks of the probes of its endpoints, as numbers.

export interface HealthTerms {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Passing probes in a row until an unhealthy endpoint is healthy. */
  readonly healthyThreshold: number;
  /** Failing probes in a row until a healthy endpoint is unhealthy. */
  readonly unhealthyThreshold: number;
  /** Statuses of a passing probe, both ends included. */
  readonly statuses: readonly (readonly [from: number, to: number])[];
}
