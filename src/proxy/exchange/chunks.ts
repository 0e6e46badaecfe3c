// A stream as pieces of bytes: few large ones where the stream is the runtime's own, and with the possibility to look
// whether everything is there already.

export interface Chunks {
  /** null = the end. Rejects when the stream breaks. */
  readonly read: () => Promise<Uint8Array | null>;
  readonly cancel: (reason: unknown) => Promise<void>;
  /** Nobody needs the piece that was read last any more: the next one may be read into its memory. */
  readonly giveBack?: (piece: Uint8Array) => void;
}

const LEAST_BYTES = 4 * 1024;
const MOST_BYTES = 128 * 1024;

export function chunksIn(stream: ReadableStream<Uint8Array>): Chunks {
  const byob = byobReader(stream);
  if (byob === null) {
    const reader = stream.getReader();
    return {
      read: async () => {
        const { done, value } = await reader.read();
        return done ? null : value;
      },
      cancel: (reason) => reader.cancel(reason),
    };
  }
  let size = LEAST_BYTES;
  let spare: ArrayBufferLike | null = null;
  return {
    async read() {
      const into = spare?.byteLength === size ? spare : new ArrayBuffer(size);
      spare = null;
      const { done, value } = await byob.read(new Uint8Array(into));
      if (done) {
        return null;
      }
      // Full to the brim: there is more of it than was asked for.
      if (value.byteLength === size) {
        size = Math.min(size * 2, MOST_BYTES);
      }
      return value;
    },
    cancel: (reason) => byob.cancel(reason),
    giveBack: (piece) => void (spare = piece.buffer),
  };
}

/** Streams that are made of JavaScript objects cannot be read into a buffer. */
function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/**
 * All of it when it is there within a moment and not more than `mostBytes`; else the same pieces, none of them lost.
 */
export async function wholeAtOnce(chunks: Chunks, mostBytes: number, waitMs: number): Promise<Uint8Array | Chunks> {
  const got: Uint8Array[] = [];
  let [bytes, ended] = [0, false];
  const reader = { isStopped: false };
  const reading = (async (): Promise<boolean> => {
    while (!reader.isStopped && bytes <= mostBytes) {
      const chunk = await chunks.read();
      if (chunk === null) {
        return (ended = true);
      }
      got.push(chunk);
      bytes += chunk.byteLength;
    }
    return false;
  })();
  // Whoever reads on hears of it; nobody else has to.
  reading.catch(() => undefined);
  if (await inTime(reading, waitMs)) {
    return concatenate(got, bytes);
  }
  reader.isStopped = true;
  return {
    async read() {
      if (got.length === 0) {
        await reading;
      }
      return got.shift() ?? (ended ? null : chunks.read());
    },
    cancel: chunks.cancel,
  };
}

async function inTime(reading: Promise<boolean>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([reading, late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

export function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
