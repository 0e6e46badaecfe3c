// Tools that look at traffic, real and imagined.
import * as z from "zod";
import type { ExplainAnswer } from "../model/api/explain.ts";
import type { Golden, Graph, MeshChange, Report, Stats } from "../model/api/signals.ts";
import type { TraceList, TraceShown } from "../model/api/requests.ts";
import * as argument from "./arguments.ts";
import { told, tool, type Offer } from "./tool.ts";

const window = z.string().max(20).default("15m").describe("How long until now: 5m, 1h, 24h.");
const service = argument.nameArgument.optional().describe("`<namespace>/<name>`, or a name in `namespace`.");
const where = { window, namespace: argument.namespaceArgument.optional() };

const golden = ({ requests, perSecond, errorPercent, p50Ms, p99Ms, limited, denied }: Golden): string =>
  `${requests} requests (${perSecond.toFixed(1)}/s), ${errorPercent.toFixed(1)} % errors, p50 ${p50Ms ?? "-"} ms, p99 ${p99Ms ?? "-"} ms, ${limited} limited, ${denied} denied`;

const stats = tool({
  name: "stats",
  kind: "read",
  title: "Golden signals",
  description:
    "Requests, errors, latency and refusals of the mesh and of each service, the worst first, beside the window before. " +
    "With a service: its versions, routes, endpoints, callers and how its requests ended, too.",
  input: z.strictObject({ ...where, service }),
  run: async (query, { client }) => {
    const answer = await client.call<Stats>("GET", "/stats", { query });
    // Points over time are for charts; an agent reads what they add up to, and the window before.
    const short = answer.ok
      ? {
          ...answer,
          value: { ...answer.value, services: answer.value.services.map((one) => ({ ...one, series: [] })) },
        }
      : answer;
    return told(short, ({ window: of, total, before, services }) => [
      `last ${of.seconds} s, newest ${of.ageSeconds ?? "-"} s old${of.partial ? ", not everyone could be asked" : ""}`,
      `all: ${golden(total)}`,
      `before: ${golden(before)}`,
      ...services.map(
        ({ namespace, name, state, reasons, signals, versions }) =>
          `${state} ${namespace}/${name}: ${golden(signals)}${reasons.length === 0 ? "" : ` · ${reasons.join("; ")}`} · ${versions
            .map((one) => `${one.name} ${one.signals.errorPercent.toFixed(1)} %`)
            .join(", ")}`,
      ),
    ]);
  },
});

const graph = tool({
  name: "graph",
  kind: "read",
  title: "Service graph",
  description: "Who calls whom: by routes, contracts and policies, and by the traffic of a window.",
  input: z.strictObject(where),
  run: async (query, { client }) =>
    told(await client.call<Graph>("GET", "/graph", { query }), ({ edges }) =>
      edges.map(
        ({ from, to, signals }) => `${from} → ${to}: ${signals === null ? "declared, no traffic" : golden(signals)}`,
      ),
    ),
});

const changes = tool({
  name: "changes",
  kind: "read",
  title: "What changed",
  description:
    "Everything that changed in a window, newest first: revisions, Overrides, breakers, ejections, health, drains, keys.",
  input: z.strictObject({ ...where, service }),
  run: async (query, { client }) =>
    told(await client.call<{ readonly items: readonly MeshChange[] }>("GET", "/changes", { query }), ({ items }) =>
      items.map(
        ({ at, kind, service: about, actor, title, detail }) =>
          `${at} ${kind} ${about ?? "mesh"}${actor === null ? "" : ` by ${actor}`}: ${title}${detail === null ? "" : ` (${detail})`}`,
      ),
    ),
});

const report = tool({
  name: "report",
  kind: "read",
  title: "Availability report",
  description: "How available services were in a window, when they were down and why, and what is left of the budget.",
  input: z.strictObject({ ...where, window: window.default("24h"), service }),
  run: async (query, { client }) =>
    told(await client.call<Report>("GET", "/report", { query }), ({ items }) =>
      items.flatMap(({ namespace, name, availabilityPercent, budget, downtime }) => [
        `${namespace}/${name}: ${availabilityPercent ?? "-"} % available, ${budget.spentPercent ?? "-"} % of the budget spent`,
        ...downtime.map(
          ({ from, to, errors, causes }) => `  down ${from} to ${to}: ${errors} errors, ${causes.join("; ")}`,
        ),
      ]),
    ),
});

const explain = tool({
  name: "explain",
  kind: "read",
  title: "Explain a request",
  description:
    "Every decision about a request that is not sent, with the document behind each, the endpoints that could answer, " +
    "and what the caller would get; on the newest or any stored revision.",
  input: z.strictObject({
    method: z.string().max(32).default("GET"),
    url: z.string().max(8192).describe("Absolute, as a caller would ask for it."),
    headers: z.record(z.string().max(256), z.string().max(8192)).default({}),
    clientIp: z.string().max(64).optional(),
    revision: z.int().min(0).optional(),
    as: z.string().max(600).optional().describe("SPIFFE ID of a caller taken for proven."),
  }),
  run: async (body, { client }) =>
    told(await client.call<ExplainAnswer>("POST", "/explain", { body }), ({ decisions, endpoints, answer }) => [
      ...decisions.map(({ stage, outcome, document, detail, withheld }) => {
        const by = document === null ? "" : ` by ${document.kind}/${document.namespace}/${document.name}`;
        return `${stage} ${outcome}${withheld ? " (withheld)" : by}: ${detail}`;
      }),
      ...endpoints.map(({ id, address, eligible, why }) => {
        return `endpoint ${id} ${address} ${eligible ? "could answer" : "could not answer"}${why === null ? "" : `: ${why}`}`;
      }),
      answer === null
        ? "what the caller would get is withheld"
        : `the caller would get ${answer.status ?? "the service's own answer"} from the ${answer.from}${answer.problem === null ? "" : `: ${answer.problem.code} ${answer.problem.detail}`}`,
    ]),
});

const traces = tool({
  name: "traces",
  kind: "read",
  title: "Traces",
  description:
    "Traces of requests that were kept (refused, failed, slow, and a share of all), newest first; with an id, the spans of one.",
  input: z.strictObject({
    id: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional()
      .describe("Of a trace: 32 hexadecimal digits."),
    namespace: argument.namespaceArgument.optional(),
    service: argument.nameArgument.optional().describe("`<namespace>/<name>`."),
    status: z.int().min(100).max(599).optional().describe("This status or a higher one."),
    limit: z.int().min(1).max(100).default(20),
  }),
  run: async ({ id, ...query }, { client }) =>
    id === undefined
      ? told(await client.call<TraceList>("GET", "/traces", { query }), ({ items, dropped }) => [
          ...items.map(
            ({ traceId, start, tookMs, requests, name, service, status, keptFor }) =>
              `${traceId} ${start} ${name} ${service || "nowhere"} ${status} ${tookMs} ms, ${requests} requests, kept for ${keptFor}`,
          ),
          `${dropped} requests were not kept: there were too many`,
        ])
      : told(await client.call<TraceShown>("GET", `/traces/${id}`), ({ start, tookMs, spans }) => [
          `${start}, ${tookMs} ms`,
          ...spans.map(
            ({ spanId, parentSpanId, name, kind, startMs, tookMs: took, isError, attributes }) =>
              `${spanId} in ${parentSpanId ?? "none"}: ${kind} ${name} ${String(attributes["selvage.service"] ?? "")} from ${startMs} ms, ${took} ms${isError ? ", failed" : ""}`,
          ),
        ]),
});

export const signalTools: readonly Offer[] = [stats, graph, changes, report, explain, traces];
