// An answer's body on its way to the caller: watched, so that neither a caller who does not read it nor a service that
// says nothing more holds anything for ever. Status and headers pass as they are, and so do the bytes, encoded as they
// come.
import {
  answerPatience,
  isLight,
  LIGHT_BYTES,
  SERVICE_IDLE_MS,
  waitsForCaller,
} from "../../decide/transfer/transfer.ts";
import { contentLengthOf } from "../exchange/body.ts";
import type { Slot } from "../exchange/slot.ts";
import { chunksIn, wholeAtOnce, type Chunks } from "../exchange/chunks.ts";
import type { Destination, Exchange } from "../exchange/exchange.ts";
import { pipeOf, transfer } from "./transfer.ts";
import type { Upload } from "./upload.ts";

interface Passing {
  /** Given back when the body has ended; null = nothing is held. */
  readonly slot: Pick<Slot, "release" | "moves"> | null;
  /** The request's own body, which may still be on its way. */
  readonly upload: Upload | null;
}

/** What is there by then is passed on in one piece, which costs a third of watching it. */
const AT_ONCE_MS = 2;

export function passOn(
  exchange: Exchange,
  { timeouts }: Destination,
  answer: Response,
  passing: Passing,
): Response | Promise<Response> {
  const { headers } = answer;
  const length = contentLengthOf(headers);
  const { slot, upload } = passing;
  // Before its body is asked for: the runtime makes a stream of it then.
  if (slot === null && isLight(length, timeouts.idleMs)) {
    return answer;
  }
  const { body, webSocket } = answer;
  if (body === null || exchange.admitted.method === "HEAD" || webSocket !== null) {
    // A WebSocket counts until it is established.
    slot?.release();
    return answer;
  }
  const patience = answerPatience(
    exchange.ports.callerStillMs,
    timeouts.idleMs ?? SERVICE_IDLE_MS,
    headers.get("content-type"),
  );
  const chunks = chunksIn(body);
  if (slot !== null || patience.source === null || (length ?? 0) > LIGHT_BYTES) {
    return flowing(chunks);
  }
  return wholeAtOnce(chunks, LIGHT_BYTES, AT_ONCE_MS).then((got) =>
    got instanceof Uint8Array ? withBody(answer, got) : flowing(got),
  );

  function flowing(rest: Chunks): Response {
    const pipe = pipeOf(length);
    const { pace, ended, giveUp } = transfer(rest, pipe.writable, patience, () => slot?.release(), exchange.ports.now);
    upload?.movesWith(pace);
    slot?.moves((nowMs) => waitsForCaller(pace, "sink", nowMs), giveUp);
    // Without it nothing of ours would run any more when the caller leaves.
    if (slot !== null) {
      exchange.ctx.waitUntil(ended);
    }
    return withBody(answer, pipe.readable);
  }
}

function withBody({ status, statusText, headers }: Response, body: BodyInit): Response {
  return new Response(body, { status, statusText, headers, encodeBody: "manual" });
}
