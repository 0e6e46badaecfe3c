// A caller's own body where it is waited for: what that takes is the caller's time and not the service's.
import { pauseMs } from "../../decide/transfer/transfer.ts";
import { contentLengthOf, keepBody, KEEP_LIMIT_BYTES, type Body, type BodyFault } from "../exchange/body.ts";
import type { Exchange } from "../exchange/exchange.ts";

/**
 * @param requestMs the deadline of the service's requests; 0 = none
 * @param mostBytes a larger one goes on as a stream
 */
export function keepOwnBody(
  { admitted, ports }: Exchange,
  stream: ReadableStream<Uint8Array>,
  requestMs: number,
  mostBytes = KEEP_LIMIT_BYTES,
): Promise<Body | BodyFault> {
  const stillMs = pauseMs(ports.callerStillMs, requestMs);
  return keepBody(stream, contentLengthOf(admitted.headers), mostBytes, { stillMs, now: ports.now });
}

/** What deadlines count from. */
export function deadlineFrom({ startedAtMs }: Exchange, body: Body): number {
  return body.kind === "kept" ? startedAtMs + body.tookMs : startedAtMs;
}
