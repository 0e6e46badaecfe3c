// Carries one request to an upstream and its answer back, streaming both ways. Whoever leaves ends the other side's
// part; an answer that breaks off is broken off to the caller, too.
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { BodyFraming } from "./framing.ts";
import { keptHeaders } from "./kept-headers.ts";
import { openRequest, type Upstream, type UpstreamHead } from "./upstream.ts";

interface AgentForwarding {
  readonly upstream: Upstream;
  readonly head: Omit<UpstreamHead, "method">;
  readonly body: BodyFraming;
  /** Headers of the answer, as they are handed on. */
  answerHeaders(headers: string[], status: number): string[];
  /** No answer came: the caller has got nothing yet. */
  failed(reason: string): void;
}

/** A caller that was answered before its body came to its end may send so long. */
const LINGER_MS = 1_000;
/** No request that comes here has asked for that. */
const SWITCHED = "it switched to another protocol";
const NOTHING: ReadonlySet<string> = new Set();

export function forwardRequest(incoming: IncomingMessage, outgoing: ServerResponse, forwarding: AgentForwarding): void {
  send(incoming, outgoing, forwarding, true);
}

function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  forwarding: AgentForwarding,
  mayRepeat: boolean,
): void {
  const { upstream, head, body, failed } = forwarding;
  const { method = "GET" } = incoming;
  let asking: ClientRequest;
  try {
    asking = openRequest(upstream, { ...head, method, headers: framed(head.headers, body, method) });
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    return;
  }
  let answer: IncomingMessage | null = null;
  const leave = (): void => {
    // With both told to their ends the connection is good for the next request.
    if (answer?.complete !== true || !asking.writableFinished) {
      asking.destroy();
    }
  };
  outgoing.on("close", leave);
  asking.on("response", (given) => {
    answer = given;
    answerWith(incoming, outgoing, given, forwarding);
  });
  // Without a listener there would be neither an answer nor an error.
  asking.on("upgrade", (given, socket) => {
    answer = given;
    socket.destroy();
    outgoing.off("close", leave);
    incoming.unpipe(asking);
    failed(SWITCHED);
  });
  asking.on("error", (error: NodeJS.ErrnoException) => {
    if (answer !== null || outgoing.destroyed) {
      // The answer's own end tells the caller.
      return;
    }
    outgoing.off("close", leave);
    if (mayRepeat && body === "none" && asking.reusedSocket && error.code === "ECONNRESET") {
      // The other side closed an idle connection just when it was used again: the request was not read.
      send(incoming, outgoing, forwarding, false);
      return;
    }
    incoming.unpipe(asking);
    failed(error.code ?? error.message);
  });
  if (body === "none") {
    asking.end();
    return;
  }
  incoming.on("error", () => asking.destroy());
  incoming.pipe(asking);
}

function answerWith(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: IncomingMessage,
  { answerHeaders, failed }: AgentForwarding,
): void {
  const { statusCode = 502, rawHeaders } = answer;
  if (statusCode === 101) {
    answer.destroy();
    failed(SWITCHED);
    return;
  }
  const headers = answerHeaders(keptHeaders(rawHeaders, NOTHING), statusCode);
  try {
    // Its own words beside the number say nothing, and need not be any that may be sent.
    outgoing.writeHead(statusCode, headers);
  } catch (error) {
    answer.destroy();
    failed(error instanceof Error ? error.message : String(error));
    return;
  }
  answer.on("error", () => outgoing.destroy());
  answer.pipe(outgoing);
  outgoing.on("finish", () => {
    if (!incoming.complete) {
      setTimeout(() => incoming.complete || incoming.destroy(), LINGER_MS).unref();
    }
  });
}

function framed(headers: readonly string[], body: BodyFraming, method: string): readonly string[] {
  if (body === "chunked") {
    return [...headers, "transfer-encoding", "chunked"];
  }
  // Else node:http would announce a body in chunks for a method that usually has one.
  return body === "none" && !/^(GET|HEAD|DELETE|OPTIONS)$/.test(method) ? [...headers, "content-length", "0"] : headers;
}
