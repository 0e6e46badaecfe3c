// A GET or HEAD with a body: the runtime sends none, and a search without its filter is another search. So it is
// refused rather than changed. An empty body is none: a length of 0, or chunks that end before the first byte.
import type { Refusal } from "../model/word/problem.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Ended, Exchange } from "./exchange/exchange.ts";

/** How long a body without a length may take to say that it is empty. */
const PATIENCE_MS = 5000;

/** May this method have no body here? */
function isBodiless(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

export function bodiless({ admitted, body }: Exchange): Decided | Promise<Decided> {
  const { method, headers } = admitted;
  if (!isBodiless(method)) {
    return GO_ON;
  }
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== 0) {
    return refused(method);
  }
  if (body.kind !== "stream") {
    return length === null ? GO_ON : EMPTY;
  }
  return length === null ? read(body.stream, method) : EMPTY;
}

const EMPTY: Decided = { ok: { body: { kind: "none" }, edits: [{ remove: ["content-length"] }] } };

async function read(stream: ReadableStream<Uint8Array>, method: string): Promise<Decided> {
  const reader = stream.getReader();
  const isEmpty = await Promise.race([endsEmpty(reader), after(PATIENCE_MS)]);
  if (isEmpty) {
    return EMPTY;
  }
  // The rest is not waited for; what becomes of it is the runtime's.
  reader.cancel().catch(() => undefined);
  return refused(method);
}

/** What breaks off before its first byte says no more than what ends there. */
async function endsEmpty(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return true;
      }
      if (value.byteLength > 0) {
        return false;
      }
    }
  } catch {
    return true;
  }
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}

function refused(method: string): Ended {
  const no: Refusal = {
    problem: "bodyUnsendable",
    detail: `The request is a ${method} with a body, and the mesh's runtime cannot send one`,
  };
  return { no, stage: "admit", policy: "none" };
}
