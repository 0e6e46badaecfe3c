// Bodies: streamed once, or kept when small enough to be sent again. Nothing above the limit is ever held.

/** The most that is kept for another try, a mirror or an authorization service. */
export const KEEP_LIMIT_BYTES = 64 * 1024;

export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "kept"; readonly bytes: ArrayBuffer }
  | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array> };

/** Reads a body of at most `limit` bytes; a larger one comes back as a stream with nothing missing. */
export async function keepBody(
  stream: ReadableStream<Uint8Array> | null,
  contentLength: number | null,
  limit: number,
): Promise<Body> {
  if (stream === null) return { kind: "none" };
  if (contentLength !== null) {
    return contentLength > limit
      ? { kind: "stream", stream }
      : { kind: "kept", bytes: await new Response(stream).arrayBuffer() };
  }
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= limit) {
    const { done, value } = await reader.read();
    if (done) return { kind: "kept", bytes: concatenate(chunks, size) };
    chunks.push(value);
    size += value.byteLength;
  }
  return { kind: "stream", stream: continued(chunks, reader) };
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

function concatenate(chunks: readonly Uint8Array[], size: number): ArrayBuffer {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole.buffer;
}

function continued(
  chunks: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const held = chunks[next];
      if (held !== undefined) {
        next++;
        controller.enqueue(held);
        return;
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await reader.cancel(reason);
    },
  });
}
