// On whose behalf a consumer of APIs reads: one application by its own credentials, or an operator for the applications
// of their namespaces.
import type { Env } from "../../env/env.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { newerThan } from "../oauth/newer-snapshot.ts";
import { coversNamespace, type Operator } from "../operator/operator.ts";
import type { Consumer } from "./consumer.ts";
import type { Reader } from "./seen-service.ts";

export const consumerReader = ({ application, snapshot }: Consumer): Reader => ({
  identities: snapshot.identities,
  speaksFor: (one) => one === application,
  looksAfter: () => false,
});

/** An operator as a consumer. @returns null = what is in force is not known */
export async function operatorReader(
  operator: Operator,
  { env, ctx, now }: { readonly env: Env; readonly ctx: Pick<ExecutionContext, "waitUntil">; readonly now: number },
): Promise<Reader | null> {
  const live = await isolateState().snapshot.current(portsOf(env), ctx, now);
  if (live === null) {
    return null;
  }
  const { identities } = (await newerThan(live.snapshot, { env, now }, false)) ?? live.snapshot;
  return {
    identities,
    speaksFor: (application) => coversNamespace(operator, partsOfKey(application).namespace),
    looksAfter: (namespace) => coversNamespace(operator, namespace),
  };
}
