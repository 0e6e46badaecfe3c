// What both proxies of the agent are: a bounded server that judges each request, and sends on what passes. Who passes
// is inbound.ts's and outbound.ts's to say.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../model/word/problem.ts";
import { endSocket, EarlyBytes } from "./bare-socket.ts";
import { addressOfServer, startBounded, type ListenAddress } from "./bounded-server.ts";
import { forwardRequest } from "./forward.ts";
import { forwardUpgrade } from "./forward-upgrade.ts";
import { framingOf } from "./framing.ts";
import { asText, problemAnswer, sendOwn, type OwnAnswer, type OwnWords } from "./own-answer.ts";
import { UnderWay } from "./under-way.ts";
import type { Upstream, UpstreamHead } from "./upstream.ts";

/** What is to become of a request. */
export type Judgement =
  | {
      readonly is: "passed";
      readonly head: Omit<UpstreamHead, "method">;
      /** Headers of the answer, as they are handed on. */
      answerHeaders(headers: string[], status: number): string[];
    }
  | { readonly is: "answered"; readonly answer: OwnAnswer }
  | { readonly is: "refused"; readonly refusal: Refusal };

interface ProxyTerms {
  readonly listen: ListenAddress;
  readonly words: OwnWords;
  readonly upstream: Upstream;
  /** Longest wait for the next byte of a body, and for a caller that reads. */
  readonly stallMs: number;
  /** Never rejects. Nothing of the body has been read. */
  judge(incoming: IncomingMessage): Promise<Judgement>;
  /** The upstream gave no answer. */
  unanswered(reason: string): Refusal;
}

/** A proxy of the agent, while it runs. */
export interface AgentProxy {
  readonly url: string;
  /** How much is under way. */
  underWay(): number;
  /** From now on connections end with their answers. */
  leave(): void;
  /** Resolves when nothing is under way, or the time is over. */
  ended(withinMs: number): Promise<void>;
  /** Ends whatever is left. */
  close(): void;
}

const LONGEST_LOOK_MS = 5_000;
const STALLED: Refusal = { problem: "bodyStalled", detail: "Nothing of the request's body came for too long." };

/** Listening when it answers; throws what listening throws. */
export async function startProxy(terms: ProxyTerms): Promise<AgentProxy> {
  const { words, upstream, stallMs } = terms;
  const underWay = new UnderWay({
    stallMs,
    lookMs: Math.min(LONGEST_LOOK_MS, stallMs / 2),
    now: () => performance.now(),
    stalled: (incoming, outgoing) => sendOwn(incoming, outgoing, problemAnswer(STALLED, words)),
  });
  let isLeaving = false;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    underWay.add(incoming, outgoing);
    outgoing.on("error", () => undefined);
    const refuse = (refusal: Refusal): void =>
      sendOwn(incoming, outgoing, problemAnswer(refusal, words, requestIdOf(incoming)));
    const framed = framingOf(incoming);
    if (!framed.ok) {
      refuse({ problem: "malformedRequest", detail: framed.detail });
      return;
    }
    const judged = await terms.judge(incoming);
    if (judged.is === "refused") {
      refuse(judged.refusal);
      return;
    }
    if (judged.is === "answered") {
      sendOwn(incoming, outgoing, judged.answer);
      return;
    }
    if (outgoing.destroyed) {
      return;
    }
    if (incoming.headers.expect !== undefined) {
      outgoing.writeContinue();
    }
    forwardRequest(incoming, outgoing, {
      upstream,
      head: judged.head,
      body: framed.body,
      answerHeaders: (headers, status) => {
        const handed = judged.answerHeaders(headers, status);
        return isLeaving ? [...handed, "connection", "close"] : handed;
      },
      failed: (reason) => refuse(terms.unanswered(reason)),
    });
  }

  async function upgrade(incoming: IncomingMessage, socket: Duplex, first: Buffer): Promise<void> {
    underWay.addSocket(incoming.socket);
    const early = new EarlyBytes(socket, first);
    const refuse = (refusal: Refusal): void =>
      endSocket(socket, asText(problemAnswer(refusal, words, requestIdOf(incoming))));
    const framed = framingOf(incoming);
    if (!framed.ok || framed.body !== "none") {
      refuse({ problem: "malformedRequest", detail: framed.ok ? "An upgrade has no body." : framed.detail });
      return;
    }
    const judged = await terms.judge(incoming);
    if (socket.destroyed) {
      return;
    }
    if (judged.is === "passed") {
      const failed = (reason: string): void => refuse(terms.unanswered(reason));
      const { head, answerHeaders } = judged;
      forwardUpgrade({ upstream, head, socket, early, answerHeaders, failed });
    } else if (judged.is === "refused") {
      refuse(judged.refusal);
    } else {
      endSocket(socket, asText(judged.answer));
    }
  }

  const server = await startBounded(terms.listen, {
    words,
    request: (incoming, outgoing) => void serve(incoming, outgoing),
    upgrade: (incoming, socket, first) => void upgrade(incoming, socket, first),
  });
  return {
    url: addressOfServer(server, terms.listen.host),
    underWay: () => underWay.size,
    leave: () => {
      isLeaving = true;
    },
    ended: (withinMs) => underWay.ended(withinMs),
    close: () => {
      server.close();
      underWay.close();
      server.closeAllConnections();
      upstream.connections.destroy();
    },
  };
}

/** A plain word, as the mesh writes one into the request. */
function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers["x-request-id"];
  return typeof id === "string" && /^[\w.-]{1,128}$/.test(id) ? id : undefined;
}
