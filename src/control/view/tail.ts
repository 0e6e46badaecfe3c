// Requests as they end: pages for programs, events for `selvage tail` and browsers, messages of a WebSocket.
// A stream asks the objects of its namespaces once a second, only for what is new and fits, and while it lasts isolates
// know what it wants to see; it ends after a while, and says with each event where to go on.
import type { ReceiptList, ReceiptShown } from "../../model/api/requests.ts";

export interface TailPage extends ReceiptList {
  /** Where to go on. */
  readonly cursor: string;
  /** How many fitted so far, shown or not, as isolates count them; absent = they do not watch. */
  readonly matched?: number;
}

/** Thrown by a poll: the reader may not be told any longer. */
export class RightEnded extends Error {}

type Poll = (cursor: string | null) => Promise<TailPage>;

interface Pace {
  readonly wait: (ms: number) => Promise<void>;
  /** Asked so often, a stream ends: the platform counts calls of one request. */
  readonly most: number;
  /** It has ended, or its reader has left. */
  readonly ended?: () => void;
}

const POLL_MS = 1000;
const MOST_POLLS = 300;
/** A poll takes its time, too. */
export const LONGEST_STREAM_MS = 2 * MOST_POLLS * POLL_MS;
/** A Worker's request may make a thousand calls. */
const MOST_CALLS = 900;

/** @param objects asked with each poll */
export function paceFor(objects: number): Pace {
  const most = Math.max(1, Math.min(MOST_POLLS, Math.floor(MOST_CALLS / (objects + 1))));
  return { wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), most };
}

type Message =
  | { readonly event: "request"; readonly cursor: string; readonly data: ReceiptShown }
  | {
      readonly event: "meter";
      readonly cursor: string;
      readonly data: {
        readonly shown: number;
        /** Isolates watch: every request that fits is counted, and shown where there is room. */
        readonly live: boolean;
        /** Requests that fitted since the last one; not live = of those that are kept. */
        readonly matched: number;
        /** Of them, those that are not shown because there are too many. */
        readonly dropped: number;
      };
    };

async function* messages(poll: Poll, from: string | null, { wait, most }: Pace): AsyncGenerator<Message> {
  let cursor = from;
  let before: TailPage | null = null;
  for (let nth = 0; nth < most; nth++) {
    const page = await poll(cursor);
    cursor = page.cursor;
    for (const data of page.items.toReversed()) {
      yield { event: "request", cursor, data };
    }
    const meter = meterOf(page, before);
    before = page;
    // Also when nothing came: a reader knows by it that it is still heard.
    yield { event: "meter", cursor, data: meter };
    await wait(POLL_MS);
  }
}

function meterOf(
  { items, dropped, matched }: TailPage,
  before: TailPage | null,
): Extract<Message, { event: "meter" }>["data"] {
  const shown = items.length;
  const live = matched !== undefined;
  // Counts of an object that was moved begin anew.
  const since = Math.max(0, live ? matched - (before?.matched ?? 0) : dropped - (before?.dropped ?? dropped));
  return live
    ? { shown, live, matched: Math.max(shown, since), dropped: Math.max(0, since - shown) }
    : { shown, live, matched: shown + since, dropped: since };
}

export const EVENT_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };

export function eventStream(poll: Poll, from: string | null, pace: Pace): Response {
  const told = messages(poll, from, pace);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await told.next().catch(() => ({ done: true as const, value: undefined }));
      if (done === true || value === undefined) {
        pace.ended?.();
        controller.close();
        return;
      }
      const { event, cursor, data } = value;
      controller.enqueue(encoder.encode(`event: ${event}\nid: ${cursor}\ndata: ${JSON.stringify(data)}\n\n`));
    },
    async cancel() {
      pace.ended?.();
      await told.return(undefined);
    },
  });
  return new Response(body, { headers: EVENT_HEADERS });
}

export function webSocketStream(poll: Poll, from: string | null, pace: Pace): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const told = messages(poll, from, pace);
  const end = (): void => {
    pace.ended?.();
    void told.return(undefined);
  };
  server.addEventListener("close", end);
  server.addEventListener("error", end);
  void send(server, told).finally(end);
  return new Response(null, { status: 101, webSocket: client });
}

async function send(socket: WebSocket, told: AsyncGenerator<Message>): Promise<void> {
  try {
    for await (const message of told) {
      socket.send(JSON.stringify(message));
    }
    socket.close(1000, "go on from the cursor");
  } catch (error) {
    if (error instanceof RightEnded) {
      socket.close(4401, "the session has ended");
      return;
    }
    socket.close(1011, "it cannot be told any longer");
  }
}
