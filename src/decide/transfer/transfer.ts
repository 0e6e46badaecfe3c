// Bytes on their way from one side to another: whose turn it is, how long it may stand still, and whose doing it is
// when it does not end well. A request's body has the caller for its source; an answer's body has the caller for its
// sink.

/** Who has to move next: the source to send, or the sink to take. */
export type Side = "source" | "sink";

/** Plain data; whoever moves the bytes keeps it. */
export interface Pace {
  turn: Side;
  /** When a byte moved, or the turn began. */
  movedAtMs: number;
  readonly beganAtMs: number;
  bytes: number;
}

/** How long a side may stand still when it is its turn, milliseconds; null = for ever. */
export type Patience = Readonly<Record<Side, number | null>>;

export type TransferEnd = "whole" | { readonly by: Side; readonly how: "failed" | "still" };

/** How long a caller may send nothing of what it announced, or read nothing of what is there for it. */
export const CALLER_STILL_MS = 30_000;
/** The same for a service whose policy says nothing (Envoy's stream idle timeout). */
export const SERVICE_IDLE_MS = 300_000;
/** A body that is declared to be no longer fits into sockets and segments: nothing is held for it. */
export const LIGHT_BYTES = 16 * 1024;

/** Milliseconds until it has stood still for too long; 0 = it has; null = it may. */
export function stillInMs(
  { turn, movedAtMs }: Pick<Pace, "turn" | "movedAtMs">,
  patience: Patience,
  nowMs: number,
): number | null {
  const most = patience[turn];
  return most === null ? null : Math.max(0, movedAtMs + most - nowMs);
}

/** A piece that a side lets lie for so long tells that it is the one that is slow. */
const LYING_MS = 1000;
/** An upload that is slower than this is its caller's to blame. */
const LEAST_BYTES_PER_MS = 1;

/** Whether it waits for its caller, who reads it or sends it. */
export function waitsForCaller(pace: Pace, caller: Side, nowMs: number): boolean {
  if (pace.turn !== caller) {
    return false;
  }
  if (nowMs - pace.movedAtMs >= LYING_MS) {
    return true;
  }
  const sinceMs = nowMs - pace.beganAtMs;
  return caller === "source" && sinceMs >= LYING_MS && pace.bytes < sinceMs * LEAST_BYTES_PER_MS;
}

/** The less patient side's; null = both may stand still for ever. */
export function shortest({ source, sink }: Patience): number | null {
  return source === null || sink === null ? (source ?? sink) : Math.min(source, sink);
}

/** What an upload's end says about the request. `late`: the service took nothing more of it. null = nothing. */
export type UploadFault = "broken" | "stalled" | "late" | null;

export function uploadFault(end: TransferEnd): UploadFault {
  if (end === "whole") {
    return null;
  }
  if (end.by === "source") {
    return end.how === "failed" ? "broken" : "stalled";
  }
  // One that does not take it any more says so in its answer, or by having none.
  return end.how === "still" ? "late" : null;
}

/** Of a service whose requests have less time than that, a pause of the caller's need not be waited for as long. */
const PAUSE_TIMES = 3;
const LEAST_PAUSE_MS = 5000;

/**
 * How long a caller may pause in its upload.
 *
 * @param mostMs for any request
 * @param requestMs the request's deadline; 0 = none
 */
export function pauseMs(mostMs: number, requestMs: number): number {
  return requestMs === 0 ? mostMs : Math.min(mostMs, Math.max(LEAST_PAUSE_MS, PAUSE_TIMES * requestMs));
}

/**
 * How long each side of an upload may stand still. The service's own time runs while it is its turn.
 *
 * @param timeoutMs of the try; null = none
 * @param idleMs of the service; 0 = for ever
 */
export function uploadPatience(callerMs: number, timeoutMs: number | null, idleMs: number): Patience {
  const times = [timeoutMs, idleMs === 0 ? null : idleMs].filter((one) => one !== null);
  return { source: callerMs, sink: times.length === 0 ? null : Math.min(...times) };
}

/** The same for an answer. An event stream may be silent for as long as it likes. */
export function answerPatience(callerMs: number, idleMs: number, contentType: string | null): Patience {
  const isEvents = contentType !== null && /^\s*text\/event-stream\b/i.test(contentType);
  return { source: idleMs === 0 || isEvents ? null : idleMs, sink: callerMs };
}

/**
 * Whether an answer's body needs nobody to watch it.
 *
 * @param declaredBytes its content-length; null = it has none
 * @param idleMs as the policy says it; undefined = no policy does
 */
export function isLight(declaredBytes: number | null, idleMs: number | undefined): boolean {
  return idleMs === undefined && declaredBytes !== null && declaredBytes <= LIGHT_BYTES;
}
