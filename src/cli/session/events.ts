// Server-sent events out of a body, as the HTML standard reads them: as much of it as our own streams write.

interface ServerEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

/** Ends with the body, also when that breaks off. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done || value === undefined) {
      return;
    }
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line) => (/^([a-z]+): ?(.*)$/.exec(line)?.slice(1, 3) as [string, string]) ?? ["", ""]),
      );
      yield { event: fields.get("event") ?? "message", id: fields.get("id") ?? null, data: fields.get("data") ?? "" };
    }
  }
}
