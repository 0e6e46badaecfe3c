// Requests that were kept, and the traces that they are part of.
import * as z from "zod";
import { receiptListSchema, receiptSchema, traceListSchema, traceSchema } from "../../model/api/requests.ts";
import type { Receipt } from "../../model/message/receipt.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { say } from "../../model/word/wording.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { wholeNumber, wholeNumberOr } from "../http/parameters.ts";
import { namedService, serviceQuery } from "../view/named-service.ts";
import { keptBy, receiptFor, traceOf } from "../view/receipts.ts";

const tag = "requests";
const nothing = z.object({});
const MOST = 500;

const listQuery = z.object({
  ...serviceQuery,
  status: wholeNumber(100, 599).optional().meta({ description: "This one or a higher one." }),
  limit: wholeNumberOr(50, 1, MOST),
});

type Reader = Parameters<typeof keptBy>[0];

/** At most so many of those that the query names; refused where they are of a namespace that is not the reader's. */
function keptOf(query: z.infer<typeof listQuery>, most: number, reader: Reader): Refusal | ReturnType<typeof keptBy> {
  const named = namedService(query, reader.operator);
  return "problem" in named
    ? named
    : keptBy(reader, { most, service: named.service ?? undefined, leastStatus: query.status }, named.namespace);
}

const requestParameter = z.string().min(1).max(200);
const traceParameter = z.string().regex(/^[0-9a-f]{32}$/, {
  error: say("A trace id is 32 hexadecimal digits", "Write it as `traceparent` has it, in small letters."),
});

export function registerRequests(app: ControlApp): void {
  register(app, {
    id: "listRequests",
    method: "get",
    path: "/requests",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Requests that were kept, the newest first: refused, failed and slow ones, and a share of all.",
    params: nothing,
    query: listQuery,
    body: noBody,
    answer: receiptListSchema,
    refusals: [],
    async handle({ query, env, store, operator }) {
      const kept = await keptOf(query, query.limit, { env, store, operator });
      if ("problem" in kept) {
        return kept;
      }
      const { receipts, dropped } = kept;
      return { body: { items: receipts.map((one) => receiptFor(operator, one)), dropped } };
    },
  });

  register(app, {
    id: "getRequest",
    method: "get",
    path: "/requests/{id}",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "The receipt of one request, by the id that its answer carried as `x-request-id`.",
    description:
      "A request is there about a second after its answer, where it was kept: refused, failed and slow ones are, and a share of all.",
    params: z.object({ id: requestParameter }),
    query: nothing,
    body: noBody,
    answer: receiptSchema,
    refusals: ["notFound"],
    async handle({ params: { id }, env, store, operator }) {
      const { receipts } = await keptBy({ env, store, operator }, { most: 1, requestId: id }, undefined);
      const [receipt] = receipts;
      return receipt === undefined ? absent(`request ${id}`) : { body: receiptFor(operator, receipt) };
    },
  });

  register(app, {
    id: "listTraces",
    method: "get",
    path: "/traces",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Traces that a kept request is part of, the newest first.",
    params: nothing,
    query: listQuery,
    body: noBody,
    answer: traceListSchema,
    refusals: [],
    async handle({ query, env, store, operator }) {
      const kept = await keptOf(query, MOST, { env, store, operator });
      if ("problem" in kept) {
        return kept;
      }
      const { receipts, dropped } = kept;
      const traces = [...Map.groupBy(receipts, ({ traceId }) => traceId)].slice(0, query.limit);
      return { body: { items: traces.map(([traceId, those]) => summary(traceId, those)), dropped } };
    },
  });

  register(app, {
    id: "getTrace",
    method: "get",
    path: "/traces/{id}",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "The spans of one trace, as far as its requests were kept.",
    params: z.object({ id: traceParameter }),
    query: nothing,
    body: noBody,
    answer: traceSchema,
    refusals: ["notFound"],
    async handle({ params: { id }, env, store, operator }) {
      const { receipts } = await keptBy({ env, store, operator }, { most: MOST, traceId: id }, undefined);
      return receipts.length === 0
        ? absent(`trace ${id}`)
        : { body: traceOf(id, receipts, operator.namespaces === null) };
    },
  });
}

function absent(what: string): Refusal {
  return {
    problem: "notFound",
    detail:
      `The ${what} is not among those that were kept, or went where you are not let into. Refused, failed and slow ` +
      "requests are kept, and a share of all others (TRACE_PERCENT), for a day and within a bound.",
  };
}

/** The first of its requests stands for it. */
function summary(traceId: string, receipts: readonly Receipt[]) {
  const first = receipts.reduce((a, b) => (b.at < a.at ? b : a));
  const end = Math.max(...receipts.map(({ at, tookMs }) => at + tookMs));
  return {
    traceId,
    start: new Date(first.at).toISOString(),
    tookMs: end - first.at,
    requests: receipts.length,
    name: `${first.method} ${first.httpRoute}`,
    service: first.service,
    status: first.status,
    keptFor: first.keptFor,
  };
}
