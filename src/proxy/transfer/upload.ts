// A request's body on its way to a service, when it is not kept. Whether the caller or the service failed is told by
// the stream that failed; the service's time begins when the whole of it has been sent.
import {
  uploadFault,
  uploadPatience,
  type Pace,
  type TransferEnd,
  type UploadFault,
} from "../../decide/transfer/transfer.ts";
import { chunksIn } from "../exchange/chunks.ts";
import { pipeOf, transfer } from "./transfer.ts";

export interface Upload {
  readonly stream: ReadableStream<Uint8Array>;
  /** Resolves when the service has all of it; never, when it does not get it. */
  readonly sent: Promise<void>;
  /** Why there can be no answer; null = not because of the body. */
  readonly fault: () => UploadFault;
  /** When it last moved. */
  readonly pace: Pace;
  /** Its caller may be silent while the answer moves. */
  readonly movesWith: (answer: Pace) => void;
  /** Ends it as if its caller stood still. */
  readonly giveUp: () => void;
}

interface UploadTerms {
  readonly contentLength: number | null;
  readonly callerMs: number;
  /** Of the try; null = none. */
  readonly timeoutMs: number | null;
  readonly idleMs: number;
  readonly now: () => number;
  /** Breaks the request to the service off: a body that was cut must never look like a whole one. */
  readonly breakOff: () => void;
}

export function startUpload(body: ReadableStream<Uint8Array>, terms: UploadTerms): Upload {
  const { contentLength, callerMs, timeoutMs, idleMs } = terms;
  const pipe = pipeOf(contentLength);
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  let fault: UploadFault = null;
  const patience = uploadPatience(callerMs, timeoutMs, idleMs);
  const ended = (end: TransferEnd): void => {
    fault = uploadFault(end);
    if (end === "whole") {
      resolve();
    }
    if (fault !== null) {
      terms.breakOff();
    }
  };
  const { pace, movesWith, giveUp } = transfer(chunksIn(body), pipe.writable, patience, ended, terms.now);
  return { stream: pipe.readable, sent, fault: () => fault, pace, movesWith, giveUp };
}
