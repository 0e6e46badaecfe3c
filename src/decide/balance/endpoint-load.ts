// What an isolate knows of one endpoint's load, and what it costs to choose it: Finagle's peak EWMA. A slow answer
// counts at once, a fast one little by little, and an endpoint that nobody asked becomes attractive again.

/** Plain data; changed by `began` and `ended`. */
export interface EndpointLoad {
  /** Tries without an answer yet that began since `spanAtMs`, and in the span before. */
  begun: number;
  begunBefore: number;
  spanAtMs: number;
  spanBeforeAtMs: number;
  /** Peak EWMA of the time to response headers, milliseconds. */
  costMs: number;
  /** When `costMs` was true; null = no answer yet. */
  costAtMs: number | null;
  /** Since when it takes part, or does so again; null = it was there when the isolate met the service. */
  joinedAtMs: number | null;
  /** Where it stands in the round. */
  turn: number;
}

const TAU_MS = 10_000;
/** A try whose caller went away never ends here, so tries are forgotten after one to two of these. */
const SPAN_MS = 30_000;
/** Of an endpoint that has been asked and has never answered. */
const UNKNOWN = 1e15;
const SLOW_START_MS = 30_000;
const SLOW_START_FLOOR = 0.1;

export function newEndpointLoad(joinedAtMs: number | null): EndpointLoad {
  const begun = { begun: 0, begunBefore: 0, spanAtMs: 0, spanBeforeAtMs: 0 };
  return { ...begun, costMs: 0, costAtMs: null, joinedAtMs, turn: 0 };
}

export function began(load: EndpointLoad, nowMs: number): void {
  turnSpan(load, nowMs);
  load.begun++;
}

/** A try that ended by its caller's doing: it says nothing about the endpoint. */
export function forgone(load: EndpointLoad, beganAtMs: number, nowMs: number): void {
  turnSpan(load, nowMs);
  if (beganAtMs >= load.spanAtMs) {
    load.begun = Math.max(0, load.begun - 1);
  } else if (beganAtMs >= load.spanBeforeAtMs) {
    load.begunBefore = Math.max(0, load.begunBefore - 1);
  }
}

/** @param tookMs until response headers; for a failure the time that a try may take, or it would look fast */
export function ended(load: EndpointLoad, beganAtMs: number, tookMs: number, nowMs: number): void {
  forgone(load, beganAtMs, nowMs);
  const kept = load.costAtMs === null ? 0 : Math.exp(-Math.max(0, nowMs - load.costAtMs) / TAU_MS);
  load.costMs = tookMs > load.costMs ? tookMs : load.costMs * kept + tookMs * (1 - kept);
  load.costAtMs = nowMs;
}

/** Tries that have no answer yet. */
export function inFlight({ begun, begunBefore, spanAtMs }: EndpointLoad, nowMs: number): number {
  const sinceMs = nowMs - spanAtMs;
  if (sinceMs < SPAN_MS) {
    return begun + begunBefore;
  }
  return sinceMs < 2 * SPAN_MS ? begun : 0;
}

function turnSpan(load: EndpointLoad, nowMs: number): void {
  const sinceMs = nowMs - load.spanAtMs;
  if (sinceMs < SPAN_MS) {
    return;
  }
  load.begunBefore = sinceMs < 2 * SPAN_MS ? load.begun : 0;
  load.spanBeforeAtMs = load.begunBefore === 0 ? nowMs : load.spanAtMs;
  load.begun = 0;
  load.spanAtMs = nowMs;
}

/** What choosing it would cost; smaller is better. */
export function loadOf(load: EndpointLoad, nowMs: number): number {
  const flying = inFlight(load, nowMs);
  if (load.costAtMs === null) {
    return flying === 0 ? 0 : UNKNOWN + flying;
  }
  // An answer in no time at all still leaves the number in flight to tell two endpoints apart.
  return Math.max(1, decayed(load, nowMs)) * (flying + 1);
}

/** Share of its weight that it takes: from a tenth to all of it in its first 30 s. */
export function slowStart({ joinedAtMs }: EndpointLoad, nowMs: number): number {
  if (joinedAtMs === null) {
    return 1;
  }
  const share = (nowMs - joinedAtMs) / SLOW_START_MS;
  return share >= 1 ? 1 : Math.max(SLOW_START_FLOOR, share);
}

function decayed({ costMs, costAtMs }: EndpointLoad, nowMs: number): number {
  return costAtMs === null ? 0 : costMs * Math.exp(-Math.max(0, nowMs - costAtMs) / TAU_MS);
}
