// What the stages of one request tell while it is on its way, and the calls that are made for it. Made for the few that
// are traced; for all others the trace is absent, and nothing is built.
import { readTraceparent } from "../decide/header/trace-context.ts";
import type { CallSpan, ToldStep } from "../model/message/receipt.ts";

type Facts = Readonly<Record<string, unknown>>;

/** Of one request, or of a loop of ours. */
const MOST_STEPS = 64;
const LONGEST = 200;

export interface Collected {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** Where an operator asked for it: requests to these namespaces are meant, null = to all; null = nobody asked. */
  readonly asked: { readonly namespaces: readonly string[] | null } | null;
  readonly steps: ToldStep[];
  readonly calls: CallSpan[];
}

/** A trace that remembers. */
export interface Collector {
  /** @returns `traceparent` for the call that begins, when one does */
  (stage: string, facts: Facts): string | undefined;
  readonly collected: Collected;
}

/** @param traceparent the caller's */
export function newCollector(
  traceparent: string | null,
  startedAtMs: number,
  now: () => number,
  asked: Collected["asked"] = null,
): Collector {
  const caller = readTraceparent(traceparent);
  // Level 2: whether a trace's id is random is said by who began it.
  const flags = caller === null || caller.isRandom ? "03" : "01";
  const collected: Collected = {
    traceId: caller?.traceId ?? randomId(16),
    spanId: randomId(8),
    parentSpanId: caller?.parentId ?? null,
    asked,
    steps: [],
    calls: [],
  };
  const collect = (stage: string, facts: Facts): string | undefined => {
    const atMs = now() - startedAtMs;
    switch (stage) {
      case "call":
        return begin(collected, facts, atMs, flags);
      case "called":
        end(collected, facts, atMs);
        return undefined;
      default:
        if (collected.steps.length < MOST_STEPS) {
          collected.steps.push({ stage, atMs, facts: plain(facts) });
        }
        return undefined;
    }
  };
  return Object.assign(collect, { collected });
}

/** One that was not asked for, of a request that is kept all the same. */
export function uncollected(traceparent: string | null): Collected {
  return newCollector(traceparent, 0, () => 0).collected;
}

function begin({ traceId, calls }: Collected, facts: Facts, fromMs: number, flags: string): string | undefined {
  if (calls.length >= MOST_STEPS) {
    return undefined;
  }
  const spanId = randomId(8);
  const { purpose, version } = facts;
  calls.push({
    spanId,
    purpose: purpose === "mirror" || purpose === "external-auth" ? purpose : "attempt",
    service: text(facts["service"]),
    endpoint: text(facts["endpoint"]),
    cluster: text(facts["cluster"]),
    version: typeof version === "string" ? version : null,
    fromMs,
    toMs: null,
    status: null,
    failure: null,
  });
  return `00-${traceId}-${spanId}-${flags}`;
}

function end({ calls }: Collected, { traceparent, status, failure }: Facts, toMs: number): void {
  const at = calls.findIndex(({ spanId }) => text(traceparent).includes(`-${spanId}-`));
  const call = calls[at];
  if (call !== undefined) {
    const answered = typeof status === "number" ? status : null;
    calls[at] = { ...call, toMs, status: answered, failure: failure === undefined ? null : text(failure) };
  }
}

/** What can be shown of it: words and numbers, never objects of ours. */
function plain(facts: Facts): ToldStep["facts"] {
  const shown: Record<string, string | number | boolean | readonly string[]> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === "string") {
      shown[name] = value.slice(0, LONGEST);
    } else if (typeof value === "number" || typeof value === "boolean") {
      shown[name] = value;
    } else if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
      shown[name] = value.slice(0, 16).map((one) => one.slice(0, LONGEST));
    }
  }
  return shown;
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, LONGEST) : "");

/** Never all zero, which would be none. */
function randomId(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  random[0] = (random[0] ?? 0) || 1;
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
