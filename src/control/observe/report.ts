// `GET /report`: how available a service was, when it was down and why, what it was asked and by whom: JSON, CSV or
// text.
import * as z from "zod";
import { downtimeOf, type Interval } from "../../decide/signals/downtime.ts";
import { endingsOf, goldenOf, partsBy, seriesOf } from "../../decide/signals/golden.ts";
import type { Env } from "../../env/env.ts";
import { reportSchema, type Downtime, type MeshChange, type ServiceReport } from "../../model/api/signals.ts";
import type { SignalPoint, SignalRow } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { preferred } from "../http/accept.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { knownServices } from "./known-services.ts";
import { readChanges } from "./read-changes.ts";
import { readSignals } from "./read-signals.ts";
import { reportCsv, reportText } from "./report-text.ts";
import type { Operator } from "../operator/operator.ts";
import { serviceQuery } from "../view/named-service.ts";
import { askedOf, countedMs, windowQuery, type Asked, timeText } from "./window.ts";

const MOST_PARTS = 20;
const MOST_INTERVALS = 10;
const CHANGE_MS = 600_000;
const MOST_CAUSES = 3;
const MOST_SERVICES = 200;

const JSON_FORM = { name: "json", type: "application/json", write: null } as const;
const FORMS = [
  JSON_FORM,
  { name: "csv", type: "text/csv", write: reportCsv },
  { name: "text", type: "text/plain", write: reportText },
] as const;

export function registerReport(app: ControlApp): void {
  register(app, {
    id: "getReport",
    method: "get",
    path: "/report",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "Availability, downtime with its causes, error budget, transactions and callers of services in a window.",
    description:
      "As JSON, CSV or text to print, by `format` or `Accept`. Down = a step in which half of at least 5 requests failed, or 5 % " +
      "of at least 20.",
    params: z.object({}),
    query: z.object({
      ...windowQuery,
      ...serviceQuery,
      format: z.enum(["json", "csv", "text"]).optional(),
      objective: z.coerce
        .number()
        .min(50)
        .max(99.9999)
        .default(99.9)
        .meta({ description: "Percent of requests that are to be answered below 500." }),
    }),
    body: noBody,
    answer: reportSchema,
    refusals: ["notFound"],
    async handle({ query, request, store, env, operator, now }) {
      const asked = askedOf(query, operator, now);
      if ("problem" in asked) {
        return asked;
      }
      const { question, covers } = asked;
      const [current, known, changes] = await Promise.all([
        readSignals(env, question, operator, now),
        knownServices(store, env, covers),
        readChanges(store, env, { from: question.from - CHANGE_MS, to: question.to }, operator, covers),
      ]);
      const rows = Map.groupBy(current.rows, ({ service }) => service);
      const points = Map.groupBy(current.points, ({ service }) => service);
      const keys = new Set([...known.keys(), ...rows.keys()].filter((key) => key.includes("/")));
      if (question.service !== null && !keys.has(question.service)) {
        return {
          problem: "notFound",
          detail: `There is no service ${question.service}, and nothing was counted of one.`,
        };
      }
      const ms = countedMs(current.window);
      const items: ServiceReport[] = [];
      for (const key of [...keys].toSorted().slice(0, MOST_SERVICES)) {
        const counted = { rows: rows.get(key) ?? [], points: points.get(key) ?? [], ms };
        const of = { key, ...counted, objective: query.objective };
        items.push(await serviceReport({ env, operator, now }, asked, of, changes.items));
      }
      const more = Math.max(0, keys.size - MOST_SERVICES);
      const body = { window: current.window, stepSeconds: question.stepMs / 1000, items, more };
      const { type, write } =
        query.format === undefined
          ? preferred(request.headers.get("accept"), FORMS)
          : (FORMS.find(({ name }) => name === query.format) ?? JSON_FORM);
      return write === null ? { body } : { body, text: { type, content: write(body) } };
    },
  });
}

interface Of {
  readonly key: ServiceKey;
  readonly rows: readonly SignalRow[];
  readonly points: readonly SignalPoint[];
  /** How long was counted. */
  readonly ms: number;
  readonly objective: number;
}

interface Asking {
  readonly env: Env;
  readonly operator: Operator;
  readonly now: number;
}

async function serviceReport(
  asking: Asking,
  asked: Asked,
  { key, rows, points, ms, objective }: Of,
  changes: readonly MeshChange[],
): Promise<ServiceReport> {
  const { question } = asked;
  const signals = goldenOf(rows, ms);
  const { requests, errors } = signals;
  const allowed = Math.floor((requests * (100 - objective)) / 100);
  const intervals = downtimeOf(seriesOf(points, question, timeText), question.stepMs);
  const related = changes.filter(({ service }) => service === null || service === key);
  const told = intervals.slice(-MOST_INTERVALS);
  const downtime = await Promise.all(told.map(async (one) => downtimeWith(asking, key, one, related)));
  return {
    ...partsOfKey(key),
    signals,
    availabilityPercent: requests === 0 ? null : Number(((100 * (requests - errors)) / requests).toFixed(4)),
    budget: {
      objectivePercent: objective,
      allowed,
      spent: errors,
      spentPercent: allowed === 0 ? null : Number(((100 * errors) / allowed).toFixed(1)),
    },
    downtime,
    downTimes: intervals.length,
    downSeconds: intervals.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0),
    transactions: partsBy(rows, ({ route }) => route, ms, MOST_PARTS),
    callers: partsBy(rows, ({ caller }) => caller, ms, MOST_PARTS),
    endings: endingsOf(rows, MOST_PARTS),
  };
}

/** With what failed in it, and what had been changed before. */
async function downtimeWith(
  { env, operator, now }: Asking,
  service: ServiceKey,
  { from, to, requests, errors, isOngoing }: Interval,
  changes: readonly MeshChange[],
): Promise<Downtime> {
  const { rows } = await readSignals(env, { from, to, service, namespaces: null, stepMs: null }, operator, now);
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    seconds: (to - from) / 1000,
    requests,
    errors,
    ongoing: isOngoing,
    causes: causesOf(rows),
    changes: changes.filter(({ at }) => Date.parse(at) >= from - CHANGE_MS && Date.parse(at) < to),
  };
}

function causesOf(rows: readonly SignalRow[]): string[] {
  const failed = rows.filter(({ status }) => status >= 500);
  const words = ({ status, decision, endpoint, version }: SignalRow): string => {
    const where = endpoint === "" ? "" : ` of endpoint ${endpoint}${version === "" ? "" : ` (${version})`}`;
    return decision === "forwarded" ? `${status} answered${where}` : `${status} by the mesh, at ${decision}${where}`;
  };
  return [...Map.groupBy(failed, words)]
    .map(([text, those]) => ({ text, count: those.reduce((sum, { count }) => sum + count, 0) }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_CAUSES)
    .map(({ text, count }) => `${text}: ${count}`);
}
