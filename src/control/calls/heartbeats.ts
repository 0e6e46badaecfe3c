// Heartbeats of registered endpoints, many in one call. Not audited: they change nothing but the end of leases.
import * as z from "zod";
import { heartbeat } from "../../registry/heartbeats.ts";
import { isolateState } from "../../isolate/state.ts";
import { heartbeatRequestSchema, heartbeatResultSchema } from "../../model/api/endpoints.ts";
import { jsonBody } from "../register/json-body.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";

export function registerHeartbeats(app: ControlApp): void {
  register(app, {
    id: "heartbeat",
    method: "post",
    path: "/heartbeats",
    role: "operator",
    scope: "each",
    writes: false,
    tag: "endpoints",
    summary: "Renew the leases of endpoints. Answers in the order of the request.",
    description: "`ok: false` = not registered (any more): register again.",
    params: z.object({}),
    query: z.object({}),
    body: jsonBody(heartbeatRequestSchema),
    answer: heartbeatResultSchema,
    refusals: ["validation"],
    async handle({ body, env, store, operator, now }) {
      for (const { namespace } of body.endpoints) {
        const outside = lacksNamespace(operator, namespace);
        if (outside) {
          return outside;
        }
      }
      const renewed = await heartbeat(env, store, body.endpoints, { live: isolateState().snapshot.last, now });
      if (!renewed.ok) {
        return renewed.refusal;
      }
      const results = renewed.beats.map(({ namespace, service, id, expiresAt }) => ({
        namespace,
        service,
        id,
        ok: expiresAt !== null,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      }));
      return { body: { results } };
    },
  });
}
