// Whether somebody who is told something for a while may still be told it: the proof is judged anew. Not for calls that
// are answered at once.
import type { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import { callerAddress } from "./caller-address.ts";
import { identifyOperator } from "./identify.ts";
import type { Operator } from "./operator.ts";

interface Told {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly store: Store;
  /** As it was when the telling began. */
  readonly operator: Operator;
}

/** Whoever looks into other namespaces than before is to begin anew, with what holds now. */
export async function isStill({ request, env, ctx, store, operator }: Told, now: number): Promise<boolean> {
  const identity = await identifyOperator(request, { env, ctx, store, address: callerAddress({ request, env }), now });
  return "operator" in identity && JSON.stringify(identity.operator.namespaces) === JSON.stringify(operator.namespaces);
}
