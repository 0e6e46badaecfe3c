// `GET /stats`: golden signals of the mesh and of each service, and one service in detail.
import * as z from "zod";
import { endingsOf, goldenOf, partsBy, seriesOf } from "../../decide/signals/golden.ts";
import { addSparse, BOUNDS_MS, BUCKETS } from "../../decide/signals/histogram.ts";
import { statsSchema, type Stats } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { serviceKey } from "../../model/word/refs.ts";
import { lookInto } from "./causes.ts";
import { isIll } from "./score-causes.ts";
import { knownServices } from "./known-services.ts";
import { readSignals } from "./read-signals.ts";
import { serviceSignals } from "./service-signals.ts";
import { serviceQuery } from "../view/named-service.ts";
import { askedOf, windowQuery, timeText, countedMs } from "./window.ts";

const MOST_PARTS = 100;

export function registerStats(app: ControlApp): void {
  register(app, {
    id: "getStats",
    method: "get",
    path: "/stats",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary:
      "Golden signals of the mesh and of each service in a window, with the window before; one service in detail.",
    description:
      "Counted where requests end, by every isolate, and told every few seconds: `window` says how old and how exact it is. " +
      "An operator who is limited to namespaces sees their services alone; totals are of those.",
    params: z.object({}),
    query: z.object({ ...windowQuery, ...serviceQuery }),
    body: noBody,
    answer: statsSchema,
    refusals: ["notFound"],
    async handle({ query, store, env, operator, now }) {
      const asked = askedOf(query, operator, now);
      if ("problem" in asked) {
        return asked;
      }
      const { question } = asked;
      const [current, before, known] = await Promise.all([
        readSignals(env, question, operator, now),
        readSignals(env, asked.before, operator, now),
        knownServices(store, env, asked.covers),
      ]);
      const services = serviceSignals(asked, current, before, known);
      const { countedSince } = current.window;
      const ms = countedMs(current.window);
      const counted = { rows: current.rows, before: before.rows, countedSince };
      const causes = services.some(isIll) ? await lookInto(asked, services, counted, { store, env, operator }) : null;
      if (question.service !== null && !known.has(question.service) && current.rows.length === 0) {
        return {
          problem: "notFound",
          detail: `There is no service ${question.service}, and nothing was counted of one.`,
        };
      }
      return {
        body: {
          window: current.window,
          total: goldenOf(current.rows, ms),
          before: goldenOf(before.rows, countedMs(before.window)),
          stepSeconds: question.stepMs / 1000,
          series: seriesOf(current.points, question, timeText),
          services: services.map((one) => Object.assign(one, causes?.get(serviceKey(one.namespace, one.name)))),
          nowhere: goldenOf(
            current.rows.filter(({ service }) => service === ""),
            ms,
          ),
          detail: question.service === null ? null : detailOf(current.rows, ms),
        },
      };
    },
  });
}

function detailOf(rows: readonly SignalRow[], ms: number): NonNullable<Stats["detail"]> {
  const buckets = new Float64Array(BUCKETS);
  for (const row of rows) {
    addSparse(buckets, row.buckets);
  }
  return {
    routes: partsBy(rows, ({ route }) => route, ms, MOST_PARTS),
    endpoints: partsBy(rows, ({ endpoint }) => endpoint, ms, MOST_PARTS),
    clusters: partsBy(rows, ({ cluster }) => cluster, ms, MOST_PARTS),
    callers: partsBy(rows, ({ caller }) => caller, ms, MOST_PARTS),
    endings: endingsOf(rows, MOST_PARTS),
    buckets: [...buckets].flatMap((requests, nth) =>
      requests === 0 ? [] : [{ upToMs: BOUNDS_MS[nth] ?? null, requests }],
    ),
  };
}
