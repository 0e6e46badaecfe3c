// `/_selvage/metrics`: everything that is counted, and how the mesh itself is, for Prometheus and what reads as it
// does.
import * as z from "zod";
import { exposition } from "../../decide/signals/exposition.ts";
import { settingsOf } from "../../env/settings.ts";
import { Store } from "../../store/store.ts";
import { preferred } from "../http/accept.ts";
import { refusalResponse } from "../http/answer.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { identifyOperator } from "../operator/identify.ts";
import type { Operator } from "../operator/operator.ts";
import { registerPage, type WebPageRequest } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { ANYBODY, familiesFor } from "./families.ts";

const FORMATS = [
  { type: "text/plain", format: "prometheus", contentType: "text/plain; version=0.0.4; charset=utf-8" },
  {
    type: "application/openmetrics-text",
    versions: ["1.0.0"],
    format: "openMetrics",
    contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  },
] as const;

export function registerMetrics(app: ControlApp): void {
  registerPage(app, {
    id: "metrics",
    path: "/_selvage/metrics",
    tag: "signals",
    summary: "Metrics in Prometheus' text format, or in OpenMetrics with exemplars where Accept asks for it.",
    description:
      "Needs an operator's token (viewer) unless METRICS_PUBLIC is true. An operator who is limited to namespaces gets the " +
      "metrics of their services alone.",
    content: { "text/plain": { schema: z.string() }, "application/openmetrics-text": { schema: z.string() } },
    refusals: ["unauthenticated", "refusedTooOften", "noRole", "storageUnavailable", "internal"],
    handle: async (visit) => {
      const { request, requestId } = visit;
      const operator = await readerOf(visit);
      if ("problem" in operator) {
        return refusalResponse(operator, { requestId, url: request.url }, "metrics");
      }
      const { format, contentType } = preferred(request.headers.get("accept"), FORMATS);
      const body = exposition((await familiesFor(visit.env, operator)).families, format);
      return new Response(body, {
        headers: { "content-type": contentType, vary: "accept", "x-request-id": requestId },
      });
    },
  });
}

async function readerOf({ request, env, ctx }: WebPageRequest): Promise<Operator | RefusalOf> {
  if (settingsOf(env).metricsPublic) {
    return ANYBODY;
  }
  const [store, address] = [new Store(env.DB), callerAddress({ request, env })];
  const identity = await identifyOperator(request, { env, ctx, store, address, now: Date.now() });
  return "refusal" in identity ? identity.refusal : identity.operator;
}

type RefusalOf = Parameters<typeof refusalResponse>[0];
