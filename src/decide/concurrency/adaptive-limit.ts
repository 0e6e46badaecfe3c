// How many requests a service can take at once, learnt from its latency (the gradient of Envoy's adaptive concurrency):
// while answers take about as long as they do at ease, the cap rises; when they take longer, requests queue inside the
// service, and it falls. What "at ease" means is measured while the service is not busy, else by a few seconds at the
// least cap.
import type { AdaptiveTerms } from "../../model/snapshot/concurrency-terms.ts";

export interface AdaptiveLimit {
  limit: number;
  windowAt: number;
  answered: number;
  answeredMs: number;
  /** Most in use in this window. */
  busiest: number;
  /** Mean latency at ease, milliseconds; null = not known yet. */
  easeMs: number | null;
  easeAt: number;
  /** Measures latency at the least cap; `cap` is what holds afterwards. */
  measuring: { windows: number; readonly cap: number } | null;
}

interface Observed {
  readonly answered: number;
  readonly answeredMs: number;
  readonly inUse: number;
}

const WINDOW_MS = 1000;
/** Fewer answers say too little about a window. */
const ENOUGH = 10;
const EASE_MS = 60_000;
/** What was on its way before has left by then; the last one counts. */
const MEASURE_WINDOWS = 3;

export function newAdaptiveLimit(max: number, now: number): AdaptiveLimit {
  return {
    limit: max,
    windowAt: now,
    answered: 0,
    answeredMs: 0,
    busiest: 0,
    easeMs: null,
    easeAt: now,
    measuring: null,
  };
}

/** Takes in what one isolate has seen; the cap that holds now. */
export function learn(
  state: AdaptiveLimit,
  terms: AdaptiveTerms,
  max: number,
  { answered, answeredMs, inUse }: Observed,
  now: number,
): number {
  state.limit = Math.min(state.limit, max);
  state.answered += answered;
  state.answeredMs += answeredMs;
  state.busiest = Math.max(state.busiest, inUse);
  if (now - state.windowAt >= WINDOW_MS && state.answered >= ENOUGH) {
    close(state, terms, max, now);
  }
  return Math.floor(state.measuring === null ? state.limit : Math.min(terms.min, max));
}

function close(state: AdaptiveLimit, terms: AdaptiveTerms, max: number, now: number): void {
  const meanMs = Math.max(1, state.answeredMs / state.answered);
  const { busiest, limit } = state;
  state.windowAt = now;
  state.answered = 0;
  state.answeredMs = 0;
  state.busiest = 0;
  if (state.measuring !== null) {
    state.measuring.windows += 1;
    if (state.measuring.windows < MEASURE_WINDOWS) {
      return;
    }
    state.easeMs = meanMs;
    state.easeAt = now;
    state.limit = state.measuring.cap;
    state.measuring = null;
    return;
  }
  const atEase = busiest * 2 <= limit;
  if (state.easeMs === null || meanMs < state.easeMs || atEase) {
    state.easeMs = state.easeMs === null ? meanMs : Math.min(meanMs, state.easeMs * 1.1);
    state.easeAt = now;
  }
  if (now - state.easeAt >= EASE_MS) {
    state.measuring = { windows: 0, cap: limit };
    return;
  }
  const gradient = Math.min(2, Math.max(0.5, (state.easeMs * (1 + terms.tolerance / 100)) / meanMs));
  // A cap that nobody comes near is no evidence that more would do no harm.
  if (gradient > 1 && atEase) {
    return;
  }
  const next = limit * gradient;
  state.limit = Math.min(max, Math.max(Math.min(terms.min, max), next + Math.sqrt(next)));
}
