// One try: tells the endpoint's load, the breaker and the cap what comes of it. Whether there is another is not decided here.
import { began, ended } from "../../decide/balance/endpoint-load.ts";
import { noteDropped, noteEnd, noteSent } from "../../decide/health/call-notes.ts";
import { endOfAnswer, type TryEnd } from "../../decide/retry/http-route.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { Body } from "../exchange/body.ts";
import { call } from "./call.ts";
import type { Chosen } from "./choose-endpoint.ts";
import type { CallFailure, Destination, Exchange, Outgoing } from "../exchange/exchange.ts";
import type { Guard } from "./circuit-breaker.ts";
import { isHeld, type Slot } from "./concurrency.ts";

export interface OutgoingCall {
  readonly exchange: Exchange;
  readonly destination: Destination;
  readonly outgoing: Outgoing;
  readonly body: Body;
  readonly guard: Guard | null;
  readonly slot: Slot | null;
}

export interface Try {
  readonly endpoint: Endpoint;
  readonly answer: Response | CallFailure;
  readonly end: TryEnd;
  readonly timeoutMs: number | null;
  readonly endedAtMs: number;
}

interface TryOptions {
  /** Until response headers; null = no deadline. */
  readonly timeoutMs: number | null;
  /** Breaks the call off: at the deadline, or when its answer is not needed any more. */
  readonly abort: AbortController | null;
}

/** Taken off what a service is told it has left, so that it gives up before we do. */
const MARGIN_MS = 5;
/** What a failed try counts as for the choice of endpoints where tries have no time of their own. */
const FAILURE_COST_MS = 5000;

export async function attempt(
  { exchange, destination, outgoing, body, guard, slot }: OutgoingCall,
  { endpoint, load }: Chosen,
  { timeoutMs, abort }: TryOptions,
  nowMs: number,
): Promise<Try> {
  const { ports, trace } = exchange;
  if (load !== null) began(load, nowMs);
  const seen = noteSent(exchange.state.callNotes, destination.service, endpoint.id, nowMs);
  const settle = guard?.begin(endpoint);
  const told = timeoutMs === null ? {} : { toldMs: Math.max(1, Math.floor(timeoutMs) - MARGIN_MS) };
  const options = { service: destination.service, timeoutMs, ...told, abort, passed: isHeld(destination) };
  const answer = await call(exchange, endpoint, outgoing, bodyOf(body), options);
  const end = endOf(answer);
  const endedAtMs = ports.now();
  const tookMs = endedAtMs - nowMs;
  // What was broken off because another copy was quicker says only that it was slower.
  const isDropped = abort?.signal.aborted === true && end.end === "lost";
  // An upload that breaks off may be the caller's doing: it tells nothing of the endpoint.
  if (isDropped || (end.end === "lost" && body.kind === "stream")) noteDropped(seen);
  else noteEnd(seen, failureOf(end, answer), tookMs, endedAtMs);
  if (!isDropped) {
    settle?.(end);
    slot?.answered(tookMs);
    trace?.("forward", { endpoint: endpoint.id, ...end });
  }
  if (load !== null) {
    const costMs = isDropped ? tookMs : costOf(end, tookMs, destination.timeouts.perTryMs);
    ended(load, nowMs, costMs, endedAtMs);
  }
  return { endpoint, answer, end, timeoutMs, endedAtMs };
}

/** A try that failed counts as long as one may take: one that fails at once would draw every request to it. */
function costOf(end: TryEnd, tookMs: number, perTryMs: number): number {
  const failure = end.end !== "answered" || (end.status >= 502 && end.status <= 504);
  return failure ? Math.max(tookMs, perTryMs > 0 ? perTryMs : FAILURE_COST_MS) : tookMs;
}

/** In words for operators; null = it was answered. */
function failureOf(end: TryEnd, answer: Response | CallFailure): string | null {
  if ("failure" in answer) return `it ${answer.detail}`;
  return end.end === "answered" && end.status >= 500 ? `it answered ${end.status}` : null;
}

function bodyOf(body: Body): BodyInit | null {
  switch (body.kind) {
    case "none":
      return null;
    case "kept":
      return body.bytes;
    case "stream":
      return body.stream;
  }
}

function endOf(answer: Response | CallFailure): TryEnd {
  if ("failure" in answer) return { end: answer.failure };
  return endOfAnswer(answer.status, answer.status >= 500 && answer.headers.has("cf-ray"));
}
