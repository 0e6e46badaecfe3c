// A FaultPolicy as the data plane reads it: delays and errors put into traffic on purpose.
import type { ValueMatch } from "./value-match.ts";

export interface Fault {
  /** `<namespace>/<name>` of the FaultPolicy. */
  readonly policy: string;
  readonly delay: { readonly ms: number; readonly percentage: number } | null;
  readonly abort: { readonly status: number; readonly percentage: number } | null;
  /** All of them have to hold; empty = every request. */
  readonly headers: readonly ValueMatch[];
}
