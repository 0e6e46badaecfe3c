// How an HTTP status is told: a service's failure is not a caller's mistake.
import type { ShownHealth } from "../../verdict/health.ts";

export function statusHealth(status: number): ShownHealth {
  return status >= 500 ? "failing" : status >= 400 ? "degraded" : "healthy";
}
