// A TrafficPolicy as the data plane reads it: how calls are made, and what guards them.
import type { CallPolicy } from "./call-policy.ts";
import type { Circuit } from "./circuit.ts";

export interface Timeouts {
  /** Whole request, milliseconds; 0 = no deadline. */
  readonly requestMs: number;
  /** One try until response headers, milliseconds; 0 = only the whole request's deadline. */
  readonly perTryMs: number;
  /** Without a byte from a service that is to go on, milliseconds; 0 = for ever; absent = no policy says it. */
  readonly idleMs?: number;
}

export interface Traffic {
  /** `<namespace>/<name>` of the TrafficPolicy; empty = not known, of a snapshot that was made before schema 2. */
  readonly policy: string;
  /** What the policy says; a rule of an HTTPRoute may say otherwise. `Backend.timeouts` is what holds. */
  readonly timeouts: Timeouts;
  /** null = nothing about tries and endpoints. */
  readonly calls: CallPolicy | null;
  /** null = its calls are not guarded. */
  readonly circuit: Circuit | null;
}
