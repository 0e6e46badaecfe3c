// What a caller proves about itself with words of the mesh, before anything is routed: which routes a namespace sees
// depends on it. Proofs that a policy asks for are read later, in authenticate.ts.
import { ANONYMOUS } from "../decide/caller.ts";
import type { Caller } from "../model/caller.ts";
import type { Refusal } from "../model/problem.ts";
import type { Exchange } from "./exchange.ts";

/** A proof that is there and not good is refused (401), never overlooked. */
export function identify(_exchange: Exchange): Caller | Refusal | Promise<Caller | Refusal> {
  return ANONYMOUS;
}
