// Requests as they are kept: one page, or a stream of them.
import * as z from "zod";
import { tailSchema } from "../../model/api/requests.ts";
import { noBody } from "../register/json-body.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { type ControlApp, register } from "../register/register.ts";
import { namespaceParameter } from "../http/route-parameters.ts";
import { keptIn, namespacesOf, receiptFor } from "../view/receipts.ts";
import { eventStream, webSocketStream, type TailPage } from "../view/tail.ts";

const MOST = 500;
/** Batches of two isolates may be written in another order than they are read. */
const OVERLAP_MS = 2000;

export function registerTail(app: ControlApp): void {
  register(app, {
    id: "tail",
    method: "get",
    path: "/tail",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "requests",
    summary:
      "Requests as they are kept: server-sent events or a WebSocket where that is asked for, else the newest as one page.",
    description:
      "Filters are applied where requests are kept. Events `request` and, once a second, `meter` (how many were shown, and how many were not kept because there were too many). A stream ends after some minutes; `Last-Event-ID` or `cursor` goes on.",
    params: z.object({}),
    query: z.object({
      namespace: namespaceParameter.optional(),
      service: z
        .string()
        .regex(/^[^/]+\/[^/]+$/, "A service is named <namespace>/<name>.")
        .optional(),
      status: z.coerce.number().int().min(100).max(599).optional().meta({ description: "This one or a higher one." }),
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, "The cursor is not one of ours.")
        .optional(),
    }),
    body: noBody,
    answer: tailSchema,
    refusals: [],
    async handle({ query: { namespace, service, status, cursor }, request, env, store, operator, now }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const names = namespace === undefined ? await namespacesOf(store, operator) : [namespace];
      const shown = new Map<string, number>();
      const poll = async (from: string | null): Promise<TailPage> => {
        const keptAfter = from === null ? undefined : Number(from) - OVERLAP_MS;
        const { receipts, dropped } = await keptIn(env, names, { most: MOST, service, leastStatus: status, keptAfter });
        const fresh = receipts.filter(({ spanId }) => !shown.has(spanId));
        const latest = Math.max(Number(from ?? now), ...receipts.map(({ keptAt = 0 }) => keptAt));
        fresh.forEach(({ spanId, keptAt = latest }) => shown.set(spanId, keptAt));
        for (const [spanId, keptAt] of shown) {
          if (keptAt < latest - 2 * OVERLAP_MS) {
            shown.delete(spanId);
          }
        }
        return { items: fresh.map((one) => receiptFor(operator, one)), dropped, cursor: String(latest) };
      };
      const from = cursor ?? request.headers.get("last-event-id") ?? null;
      const at = from !== null && /^\d{1,15}$/.test(from) ? from : null;
      if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return { body: EMPTY, response: webSocketStream(poll, at ?? String(now)) };
      }
      if (request.headers.get("accept")?.includes("text/event-stream") === true) {
        return { body: EMPTY, response: eventStream(poll, at ?? String(now)) };
      }
      return { body: await poll(at) };
    },
  });
}

const EMPTY: TailPage = { items: [], dropped: 0, cursor: "0" };
