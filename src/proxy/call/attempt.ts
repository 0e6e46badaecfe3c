// One try: tells the endpoint's load, the breaker and the cap what comes of it. Whether there is another is not decided
// here.
import { withDeadline } from "../../bounded/deadline.ts";
import { began, ended, forgone, type EndpointLoad } from "../../decide/balance/endpoint-load.ts";
import { noteDropped, noteEnd, noteSent } from "../../decide/health/call-notes.ts";
import { endOfAnswer, type TryEnd } from "../../decide/retry/http-route.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { pauseMs, SERVICE_IDLE_MS, waitsForCaller } from "../../decide/transfer/transfer.ts";
import { contentLengthOf, letGo, type Body } from "../exchange/body.ts";
import { startUpload, type Upload } from "../transfer/upload.ts";
import { call, callAtOnce, failureOf, outcomeOf, type CallOptions } from "./call.ts";
import { whenLeft } from "./caller-left.ts";
import { countDealt } from "./rollout-count.ts";
import { isFailure } from "../../decide/breaker/outcome.ts";
import type { Chosen } from "./choose-endpoint.ts";
import type { CallFailure, Destination, Exchange, Outgoing } from "../exchange/exchange.ts";
import type { Guard } from "./circuit-breaker.ts";
import type { Slot } from "../exchange/slot.ts";

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
  /** null = its body had gone out whole before, or there is none. */
  readonly upload: Upload | null;
}

interface TryOptions {
  /** Until response headers; null = no deadline. */
  readonly timeoutMs: number | null;
  /**
   * Breaks the call off: at the deadline, or when its answer is not needed any more. Never null for a body that
   * streams.
   */
  readonly abort: AbortController | null;
  /** Of its request: a Rollout counts that one. */
  readonly isFirst: boolean;
}

/** Taken off what a service is told it has left, so that it gives up before we do. */
const MARGIN_MS = 5;
/** What a failed try counts as for the choice of endpoints where tries have no time of their own. */
const FAILURE_COST_MS = 5000;

/** One try that is on its way. */
export class Attempt {
  /** What its call comes to: `take` it, or what it rejects with. */
  readonly answering: Promise<Response | CallFailure | null>;
  readonly #of: OutgoingCall;
  readonly #endpoint: Endpoint;
  readonly #load: EndpointLoad | null;
  readonly #seen: ReturnType<typeof noteSent>;
  readonly #guarded: ReturnType<Guard["begin"]>;
  readonly #options: CallOptions;
  readonly #nowMs: number;
  readonly #stay: (() => void) | null;
  readonly #isFirst: boolean;
  #isOver = false;

  constructor(of: OutgoingCall, { endpoint, load }: Chosen, { timeoutMs, abort, isFirst }: TryOptions, nowMs: number) {
    const { exchange, destination, outgoing, body, guard, slot } = of;
    const { service } = destination;
    this.#of = of;
    this.#endpoint = endpoint;
    this.#load = load;
    this.#nowMs = nowMs;
    this.#isFirst = isFirst;
    if (load !== null) {
      began(load, nowMs);
    }
    this.#seen = noteSent(exchange.state.callNotes, service, endpoint.id, nowMs);
    this.#guarded = guard === null ? null : guard.begin(endpoint, nowMs);
    const holds = this.#guarded?.holdsPermit === true || load !== null || abort !== null;
    this.#stay = holds ? whenLeft(exchange.left(), () => (this.#forgo(), abort?.abort())) : null;
    const upload = body.kind === "stream" && abort !== null ? uploadOf(of, body.stream, timeoutMs, abort) : null;
    if (upload !== null) {
      slot?.moves((atMs) => waitsForCaller(upload.pace, "source", atMs), upload.giveUp);
    }
    const toldMs = timeoutMs === null ? null : Math.max(1, Math.floor(timeoutMs) - MARGIN_MS);
    const options = { service, timeoutMs, toldMs, abort, upload, passed: true };
    this.#options = options;
    const bytes = body.kind === "kept" ? body.bytes : null;
    const fetching = body.kind === "none" ? callAtOnce(exchange, endpoint, outgoing, options) : null;
    this.answering =
      fetching === null
        ? call(exchange, endpoint, outgoing, bytes, options)
        : this.#watched(fetching, timeoutMs, exchange);
  }

  #watched(
    fetching: Promise<Response>,
    ms: number | null,
    { ports: { tick, now }, ctx }: Exchange,
  ): Promise<Response | null> {
    if (ms === null) {
      return fetching;
    }
    return tick?.watches(ms) === true
      ? tick.ride(fetching, { ms, late: letGo, now }, ctx, this.#nowMs)
      : withDeadline(fetching, ms, letGo);
  }

  /** In a frame of its own, where several are waited for. */
  async ended(): Promise<Try> {
    try {
      return this.take(await this.answering);
    } catch (error) {
      return this.take(this.failure(error));
    }
  }

  /** What a call that rejects comes to. */
  failure(error: unknown): CallFailure {
    return failureOf(error, this.#options);
  }

  /** Tells everybody who wants to know, once. */
  take(came: Response | CallFailure | null): Try {
    const { exchange, destination, slot } = this.#of;
    const { abort, upload = null, timeoutMs } = this.#options;
    const endpoint = this.#endpoint;
    const load = this.#load;
    this.#stay?.();
    const answer = came !== null && "failure" in came ? came : outcomeOf(exchange, came, this.#options);
    const end = this.#isOver ? BY_CALLER : endOf(answer);
    const endedAtMs = exchange.ports.now();
    const tookMs = Math.max(0, endedAtMs - (upload?.pace.movedAtMs ?? this.#nowMs));
    const isDropped = abort?.signal.aborted === true && end.end === "lost";
    if (isDropped || end.end === "caller") {
      this.#forgo();
    }
    if (!this.#isOver) {
      this.#isOver = true;
      noteEnd(this.#seen, causeOf(end, answer), tookMs, endedAtMs);
      this.#guarded?.settle(end, tookMs, endedAtMs);
      slot?.answered(tookMs);
      if (destination.dealt !== undefined && this.#isFirst) {
        countDealt(exchange, destination.service, destination.dealt, isFailure(end) ? null : tookMs);
      }
      if (load !== null) {
        ended(load, this.#nowMs, costOf(end, tookMs, destination.timeouts.perTryMs), endedAtMs);
      }
      exchange.trace?.("forward", { endpoint: endpoint.id, ...end });
    }
    return { endpoint, answer, end, timeoutMs, endedAtMs, upload };
  }

  /** Its answer is not needed any more. */
  drop(): void {
    this.#options.abort?.abort();
  }

  /** By the caller's doing, or because another copy was quicker: that says nothing about the service. */
  #forgo(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    noteDropped(this.#seen);
    this.#guarded?.settle(BY_CALLER, 0, this.#nowMs);
    if (this.#load !== null) {
      forgone(this.#load, this.#nowMs, this.#of.exchange.ports.now());
    }
  }
}

const BY_CALLER: TryEnd = { end: "caller" };

function uploadOf(
  { exchange, destination, outgoing }: OutgoingCall,
  stream: ReadableStream<Uint8Array>,
  timeoutMs: number | null,
  abort: AbortController,
): Upload {
  const { ports } = exchange;
  const { requestMs, idleMs = SERVICE_IDLE_MS } = destination.timeouts;
  return startUpload(stream, {
    contentLength: contentLengthOf(outgoing.headers),
    callerMs: pauseMs(ports.callerStillMs, requestMs),
    timeoutMs,
    idleMs,
    now: ports.now,
    breakOff: () => abort.abort(),
  });
}

/** A try that failed counts as long as one may take: one that fails at once would draw every request to it. */
function costOf(end: TryEnd, tookMs: number, perTryMs: number): number {
  const failure = end.end !== "answered" || (end.status >= 502 && end.status <= 504);
  return failure ? Math.max(tookMs, perTryMs > 0 ? perTryMs : FAILURE_COST_MS) : tookMs;
}

/** In words for operators; null = it was answered. */
function causeOf(end: TryEnd, answer: Response | CallFailure): string | null {
  if ("failure" in answer) {
    return `it ${answer.detail}`;
  }
  return end.end === "answered" && end.status >= 500 ? `it answered ${end.status}` : null;
}

function endOf(answer: Response | CallFailure): TryEnd {
  if ("failure" in answer) {
    return { end: answer.failure };
  }
  return endOfAnswer(answer.status, answer.status >= 500 && answer.headers.has("cf-ray"));
}
