// A pass with which an operator has requests of their own traced whole, whatever the share is.
import * as z from "zod";
import { settingsOf } from "../../env/settings.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import { tracePassSchema } from "../../model/api/requests.ts";
import { mintTracePass } from "../../tokens/trace-pass.ts";
import { auditOf } from "../operator/audit-entry.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";

export function registerTracePass(app: ControlApp): void {
  register(app, {
    id: "mintTracePass",
    method: "post",
    path: "/trace-passes",
    role: "operator",
    scope: "each",
    writes: true,
    tag: "requests",
    summary: "A pass for a quarter of an hour: requests that show it as `selvage-trace` are traced whole, and kept.",
    description:
      "Of an operator who is limited to namespaces, those that go to one of them. A pass that does not hold is ignored, and services never see one.",
    params: z.object({}),
    query: z.object({}),
    body: noBody,
    answer: tracePassSchema,
    creates: true,
    refusals: ["storageUnavailable"],
    async handle(exchange) {
      const { env, ctx, now, operator, store } = exchange;
      const keys = await isolateState().keys.current(portsOf(env), ctx, now);
      if (keys === null) {
        return {
          problem: "storageUnavailable",
          detail: "The mesh's keys cannot be reached, so no pass can be made. Try again shortly.",
          headers: { "retry-after": "2" },
        };
      }
      const { pass, expiresAtMs } = await mintTracePass(keys.signing, settingsOf(env), operator, now);
      await store.appendAudit(auditOf(exchange, { action: "mintTracePass", target: "mesh" }));
      return { status: 201, body: { pass, expiresAt: new Date(expiresAtMs).toISOString() } };
    },
  });
}
