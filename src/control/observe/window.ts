// `?window=15m&until=…&service=shop/orders`: which time and which service a question is about.
import * as z from "zod";
import { parseDuration, positiveDurationSchema } from "../../model/document/field/duration.ts";
import { say } from "../../model/word/wording.ts";
import { scopedName } from "../../model/word/refs.ts";
import type { SignalWindow } from "../../model/api/signals.ts";
import type { SignalQuestion } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { coversNamespace, type Operator } from "../operator/operator.ts";
import { namedService } from "../view/named-service.ts";

const SHORTEST_MS = 10_000;
const LONGEST_MS = 400 * 86_400_000;
const POINTS = 60;
/** Lengths of a point of a series: whole spans of what is kept, so that none of them is cut. */
const STEPS_MS = [10, 30, 60, 300, 900, 3600, 7200, 14_400, 43_200, 86_400, 604_800].map((seconds) => seconds * 1000);

export const windowQuery = {
  window: positiveDurationSchema
    .refine((text) => isWithin(parseDuration(text)), {
      error: say("A window is from 10s to 9600h", "Write 15m or 24h."),
    })
    .default("15m")
    .meta({ description: "How long: a duration such as 5m, 1h, 168h." }),
  until: z.iso.datetime({ offset: true }).optional().meta({ description: "Its end, RFC 3339; left out = now." }),
};

const isWithin = (ms: number | null): boolean => ms !== null && ms >= SHORTEST_MS && ms <= LONGEST_MS;

export const timeText = (at: number): string => new Date(at).toISOString();

export interface Asked {
  readonly question: SignalQuestion & { readonly stepMs: number };
  /** The window before, as long. */
  readonly before: SignalQuestion;
  readonly windowMs: number;
  readonly covers: (service: ServiceKey) => boolean;
}

interface Query {
  readonly window: string;
  readonly until?: string | undefined;
  readonly service?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The questions to ask; or why this operator may not. */
export function askedOf(query: Query, operator: Operator, now: number): Asked | Refusal {
  const named = namedService(query, operator);
  if ("problem" in named) {
    return named;
  }
  const { service, namespace } = named;
  const windowMs = parseDuration(query.window) ?? SHORTEST_MS;
  const to = query.until === undefined ? now : Math.min(now, Date.parse(query.until));
  const stepMs = STEPS_MS.find((step) => windowMs / step <= POINTS) ?? STEPS_MS.at(-1) ?? windowMs;
  const namespaces = namespace === undefined ? operator.namespaces : [namespace];
  const question = { from: to - windowMs, to, service, namespaces, stepMs };
  // The first step is whole, though the window begins within it: nothing is in both.
  const edge = Math.floor(question.from / stepMs) * stepMs;
  return {
    question,
    before: { ...question, from: edge - windowMs, to: edge, stepMs: null },
    windowMs,
    covers: (key) => isAsked(key, service, namespace) && coversNamespace(operator, scopedName(key, "").namespace),
  };
}

const LEAST_COUNTED_MS = 1_000;

/** How much of a window was counted: rates of a mesh that is younger than the window are of the time that it had. */
export function countedMs({ from, to, countedSince }: SignalWindow): number {
  const begun = Math.max(Date.parse(from), countedSince === null ? 0 : Date.parse(countedSince));
  return Math.max(LEAST_COUNTED_MS, Date.parse(to) - begun);
}

function isAsked(key: ServiceKey, service: ServiceKey | null, namespace: string | undefined): boolean {
  return (
    (service === null || key === service) && (namespace === undefined || scopedName(key, "").namespace === namespace)
  );
}
