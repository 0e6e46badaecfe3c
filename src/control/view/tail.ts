// Kept requests as they come: pages for programs, a stream of events for `selvage tail` and browsers, messages of a
// WebSocket. A stream asks the objects of its namespaces once a second, only for what is new and fits; it ends after a
// while, and says with each event where to go on.
import type { ReceiptList, ReceiptShown } from "../../model/api/requests.ts";

export interface TailPage extends ReceiptList {
  /** Where to go on. */
  readonly cursor: string;
}

type Poll = (cursor: string | null) => Promise<TailPage>;

interface Pace {
  readonly wait: (ms: number) => Promise<void>;
  /** Asked so often, a stream ends: the platform counts calls of one request. */
  readonly most: number;
}

const POLL_MS = 1000;
const PACE: Pace = { wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), most: 300 };

type Message =
  | { readonly event: "request"; readonly cursor: string; readonly data: ReceiptShown }
  | {
      readonly event: "meter";
      readonly cursor: string;
      readonly data: { readonly shown: number; readonly dropped: number };
    };

async function* messages(poll: Poll, from: string | null, { wait, most }: Pace): AsyncGenerator<Message> {
  let cursor = from;
  let dropped: number | null = null;
  for (let nth = 0; nth < most; nth++) {
    const page = await poll(cursor);
    cursor = page.cursor;
    for (const data of page.items.toReversed()) {
      yield { event: "request", cursor, data };
    }
    const lost = dropped === null ? 0 : Math.max(0, page.dropped - dropped);
    dropped = page.dropped;
    // Also when nothing came: a reader knows by it that it is still heard.
    yield { event: "meter", cursor, data: { shown: page.items.length, dropped: lost } };
    await wait(POLL_MS);
  }
}

export function eventStream(poll: Poll, from: string | null, pace: Pace = PACE): Response {
  const told = messages(poll, from, pace);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await told.next().catch(() => ({ done: true as const, value: undefined }));
      if (done === true || value === undefined) {
        controller.close();
        return;
      }
      const { event, cursor, data } = value;
      controller.enqueue(encoder.encode(`event: ${event}\nid: ${cursor}\ndata: ${JSON.stringify(data)}\n\n`));
    },
    cancel: async () => void (await told.return(undefined)),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
  });
}

export function webSocketStream(poll: Poll, from: string | null): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const told = messages(poll, from, PACE);
  const end = (): void => void told.return(undefined);
  server.addEventListener("close", end);
  server.addEventListener("error", end);
  void send(server, told);
  return new Response(null, { status: 101, webSocket: client });
}

async function send(socket: WebSocket, told: AsyncGenerator<Message>): Promise<void> {
  try {
    for await (const message of told) {
      socket.send(JSON.stringify(message));
    }
    socket.close(1000, "go on from the cursor");
  } catch {
    socket.close(1011, "it cannot be told any longer");
  }
}
