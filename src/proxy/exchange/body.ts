// Bodies: streamed once, or kept when small enough to be sent again. Nothing above the limit is ever held.
import { chunksIn, concatenate, type Chunks } from "./chunks.ts";

/** The most that is kept for another try, a mirror or an authorization service. */
export const KEEP_LIMIT_BYTES = 64 * 1024;

export type Body =
  | { readonly kind: "none" }
  /** `tookMs`: until all of it was there. */
  | { readonly kind: "kept"; readonly bytes: ArrayBuffer; readonly tookMs: number }
  | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array> };

/** A body of which the caller broke something, or sent nothing for too long. */
export interface BodyFault {
  readonly fault: "broken" | "stalled";
}

interface Keeping {
  /** How long its source may send nothing. */
  readonly stillMs: number;
  readonly now: () => number;
}

/** Reads a body of at most `limit` bytes; a larger one comes back as a stream with nothing missing. */
export async function keepBody(
  stream: ReadableStream<Uint8Array>,
  contentLength: number | null,
  limit: number,
  { stillMs, now }: Keeping,
): Promise<Body | BodyFault> {
  const beganAt = now();
  if (contentLength !== null && contentLength > limit) {
    return { kind: "stream", stream };
  }
  const source = chunksIn(stream);
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= limit) {
    const chunk = await within(source.read(), stillMs);
    if (chunk === "broken" || chunk === "stalled") {
      source.cancel(new Error("The body is not waited for any longer")).catch(() => undefined);
      return { fault: chunk };
    }
    if (chunk === null) {
      return { kind: "kept", bytes: concatenate(chunks, size).buffer, tookMs: now() - beganAt };
    }
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  return { kind: "stream", stream: continued(chunks, source) };
}

function within(reading: Promise<Uint8Array | null>, ms: number): Promise<Uint8Array | null | BodyFault["fault"]> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, "stalled");
    reading.then(resolve, () => resolve("broken")).finally(() => clearTimeout(timer));
  });
}

/** Lets go of an answer that nobody will read: otherwise its connection stays taken. */
export async function letGo({ body }: Response): Promise<void> {
  try {
    await body?.cancel();
  } catch {
    // The service closed first: nothing is left to cancel.
  }
}

/** The declared length; null when it is not known. */
export function contentLengthOf(headers: Pick<Headers, "get">): number | null {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function continued(held: Uint8Array[], source: Chunks): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = held.shift() ?? (await source.read());
      if (chunk === null) {
        controller.close();
      } else {
        controller.enqueue(chunk);
      }
    },
    cancel: (reason) => source.cancel(reason),
  });
}
