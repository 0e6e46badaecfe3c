// Requests as they end: one page of those that were kept, or a stream of all that fit.
import * as z from "zod";
import { tailSchema } from "../../model/api/requests.ts";
import type { Env } from "../../env/env.ts";
import type { RequestFilter, Watch } from "../../model/message/watch.ts";
import { MESH_OBJECT } from "../../model/word/refs.ts";
import { say } from "../../model/word/wording.ts";
import { preferred } from "../http/accept.ts";
import { noBody } from "../register/json-body.ts";
import { isStill } from "../operator/still.ts";
import { type ControlApp, register } from "../register/register.ts";
import { wholeNumber } from "../http/parameters.ts";
import { namedService, serviceQuery } from "../view/named-service.ts";
import { keptIn, namespacesOf, receiptFor } from "../view/receipts.ts";
import { StreamPlaces } from "../view/stream-places.ts";
import {
  EVENT_HEADERS,
  eventStream,
  LONGEST_STREAM_MS,
  paceFor,
  RightEnded,
  webSocketStream,
  type TailPage,
} from "../view/tail.ts";

const FORMS = [{ type: "application/json" }, { type: "text/event-stream" }] as const;
const MOST = 500;
/** Of this isolate. */
const places = new StreamPlaces();
/** Batches of two isolates may be written in another order than they are read. */
const OVERLAP_MS = 2000;
const WATCH_MS = 15_000;
/** Of a poll each second. */
const RENEW_TURNS = 5;
/** Every isolate gets the list with each answer. */
const MOST_NAMES = 50;

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
      "Requests as they end: server-sent events or a WebSocket where that is asked for, else the newest that were kept as one page.",
    description:
      "While a stream lasts, isolates know its filters: what fits is counted, and shown up to 50 a second from each isolate and namespace. Events `request` and, once a second, `meter` (how many fitted, were shown, and were too many; `live` false = isolates do not watch, because others have its eight places or the mesh object is not reached, and only kept requests are shown). An isolate tells fifty at once (then 429). A stream ends after some minutes, and within seconds when its reader's right does (a WebSocket with 4401); `Last-Event-ID` or `cursor` goes on.",
    params: z.object({}),
    query: z.object({
      ...serviceQuery,
      method: z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/, { error: say("A method is one word", "Write GET, for example.") })
        .optional(),
      path: z
        .string()
        .startsWith("/", { error: say("The beginning of a path is asked for", "Begin with a slash: /orders.") })
        .max(500)
        .optional()
        .meta({ description: "As it begins." }),
      caller: z.string().min(1).max(300).optional().meta({ description: "A principal, `user`, or `anonymous`." }),
      status: wholeNumber(100, 599).optional().meta({ description: "This one or a higher one." }),
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, { error: say("The cursor is not one of ours", "Start again without a cursor.") })
        .optional(),
    }),
    body: noBody,
    answer: tailSchema,
    refusals: ["quotaExceeded"],
    async handle(exchange) {
      const { query, request, env, store, operator, now } = exchange;
      const { status, cursor, method, path: prefix, caller } = query;
      const named = namedService(query, operator);
      if ("problem" in named) {
        return named;
      }
      const { namespace } = named;
      const names = namespace === undefined ? await namespacesOf(store, operator) : [namespace];
      const filter: RequestFilter = {
        ...(named.service === null ? {} : { service: named.service }),
        ...(method === undefined ? {} : { method: method.toUpperCase() }),
        ...(prefix === undefined ? {} : { path: prefix }),
        ...(caller === undefined ? {} : { caller }),
        ...(status === undefined ? {} : { leastStatus: status }),
      };
      const isLimited = namespace !== undefined || operator.namespaces !== null;
      const watch: Watch = {
        ...filter,
        id: crypto.randomUUID(),
        by: operator.namespaces?.toSorted().join(" ") ?? "",
        // Objects of other namespaces are not asked, whatever is told to them.
        namespaces: isLimited && names.length <= MOST_NAMES ? names : null,
        forMs: WATCH_MS,
      };
      const watched = watching(env, watch);
      const shown = new Map<string, number>();
      const page = async (from: string | null, watch?: string): Promise<TailPage> => {
        const keptAfter = from === null ? undefined : Number(from) - OVERLAP_MS;
        const question = { ...filter, most: MOST, keptAfter, ...(watch === undefined ? {} : { watch }) };
        const { receipts, dropped, matched } = await keptIn(env, names, question);
        const fresh = receipts.filter(({ spanId }) => !shown.has(spanId));
        const latest = Math.max(Number(from ?? now), ...receipts.map(({ keptAt = 0 }) => keptAt));
        fresh.forEach(({ spanId, keptAt = latest }) => shown.set(spanId, keptAt));
        for (const [spanId, keptAt] of shown) {
          if (keptAt < latest - 2 * OVERLAP_MS) {
            shown.delete(spanId);
          }
        }
        return {
          items: fresh.map((one) => receiptFor(operator, one)),
          dropped,
          cursor: String(latest),
          ...(matched === undefined ? {} : { matched }),
        };
      };
      let turns = 0;
      const poll = async (from: string | null): Promise<TailPage> => {
        turns += 1;
        if (turns % RENEW_TURNS === 0 && !(await isStill(exchange, Date.now()))) {
          throw new RightEnded();
        }
        return (await watched()) ? page(from, watch.id) : page(from);
      };
      const from = cursor ?? request.headers.get("last-event-id") ?? null;
      // Whatever comes next is later than now: a cursor of a clock that is ahead would wait for it.
      const at = from !== null && /^\d{1,15}$/.test(from) ? String(Math.min(Number(from), now)) : null;
      const isSocket = request.headers.get("upgrade")?.toLowerCase() === "websocket";
      if (!isSocket && preferred(request.headers.get("accept"), FORMS).type === "application/json") {
        return { body: await page(at) };
      }
      if (request.method === "HEAD") {
        return { body: EMPTY, response: new Response(null, { headers: EVENT_HEADERS }) };
      }
      const ended = places.take(now, LONGEST_STREAM_MS);
      if (ended === null) {
        return { problem: "quotaExceeded", detail: FULL, headers: { "retry-after": "30" } };
      }
      const pace = { ...paceFor(names.length), ended };
      const stream = isSocket ? webSocketStream : eventStream;
      return { body: EMPTY, response: stream(poll, at ?? String(now), pace) };
    },
  });
}

/** Tells the mesh object of the watch, and again before it ends. @returns whether isolates watch */
function watching({ MESH }: Pick<Env, "MESH">, watch: Watch): () => Promise<boolean> {
  let isHeld = false;
  let turns = 0;
  return async () => {
    if (turns % RENEW_TURNS === 0) {
      // An object of an earlier release does not know the call.
      isHeld = await Promise.resolve(MESH.getByName(MESH_OBJECT).watch(watch)).catch(() => false);
    }
    turns += 1;
    return isHeld;
  };
}

const FULL = "This isolate tells fifty streams already. What was kept can be read page by page meanwhile.";
const EMPTY: TailPage = { items: [], dropped: 0, cursor: "0" };
