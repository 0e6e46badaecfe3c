// The row of all that has no row of its own, because there would be too many: it says so by its name.
import type { SignalLabels } from "../../model/message/signals.ts";

export const OTHER = "_other";

export function otherLabels(service: string): SignalLabels {
  return {
    service,
    version: OTHER,
    route: OTHER,
    endpoint: OTHER,
    cluster: OTHER,
    caller: OTHER,
    status: 0,
    decision: OTHER,
    policy: OTHER,
  };
}
