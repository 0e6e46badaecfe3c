// `GET /live`: one WebSocket that tells a page what it follows. Held by the isolate that took it, for two minutes at a
// time: the platform counts the calls of one request. The reader comes back and says when it last heard something.
import * as z from "zod";
import { followable, MOST_FOLLOWED } from "../../decide/live/pace.ts";
import { liveSchema, type LiveFeed, type LiveMessage } from "../../model/api/live.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { Feed, RIGHT_ENDED, type Room } from "./feed.ts";
import { readAs } from "./read-as.ts";
import { SharedReads } from "./shared-reads.ts";

const STEP_MS = 1_000;
const MOST_STEPS = 120;
const MOST_WATCHERS = 50;
/** Of this isolate. */
let watchers = 0;
/** An isolate has 128 MB for everything, and a value takes several times what its text does. */
const room: Room = { left: 8_000_000 };
/** Of those who read the same with the same rights. */
const shared = new SharedReads();

export function registerLive(app: ControlApp): void {
  register(app, {
    id: "live",
    method: "get",
    path: "/live",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "A WebSocket that tells what a reader follows: first all of it, then what changed.",
    description:
      "The reader sends `{follow: [paths]}`, again whenever it follows something else, and gets `LiveMessage`s: a read a " +
      "second at most, the most overdue first, each as the reader itself would be answered. The stream ends after two " +
      "minutes with 1000 (come back, with `since`), and with 4401 when the session has ended. Without an upgrade the call " +
      "says what can be followed.",
    params: z.object({}),
    query: z.object({
      since: z.iso.datetime().optional().meta({ description: "RFC 3339: `at` of the last message that was heard." }),
    }),
    body: noBody,
    answer: liveSchema,
    refusals: ["quotaExceeded"],
    handle({ query: { since }, request, env, ctx, now }) {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return { body: told(opened(now, since)) };
      }
      if (watchers >= MOST_WATCHERS) {
        const detail = `${MOST_WATCHERS} readers are told by this isolate already. The page asks by itself meanwhile.`;
        return { problem: "quotaExceeded", detail, headers: { "retry-after": "30" } };
      }
      const feed = new Feed({
        room,
        now: Date.now,
        read: (path, notBefore) => readAs(app, shared, { request, env, ctx }, { path, notBefore }),
      });
      const first = opened(now, since);
      return { body: told(first), response: stream(feed, first) };
    },
  });
}

const told = (first: LiveMessage): LiveFeed => ({
  follows: followable,
  most: MOST_FOLLOWED,
  watchers,
  mostWatchers: MOST_WATCHERS,
  first,
});

const opened = (now: number, since: string | undefined): LiveMessage => ({
  event: "open",
  at: new Date(now).toISOString(),
  gapSeconds: since === undefined ? null : Math.max(0, now - Date.parse(since)) / 1000,
});

function stream(feed: Feed, first: LiveMessage): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  watchers += 1;
  let isOver = false;
  const end = (): void => {
    watchers -= isOver ? 0 : 1;
    isOver = true;
    feed.close();
    if (watchers === 0) {
      shared.clear();
    }
  };
  server.addEventListener("close", end);
  server.addEventListener("error", end);
  server.addEventListener("message", ({ data }) => {
    if (typeof data !== "string" || data.length > 40_000 || !feed.follow(data)) {
      server.close(1008, "send {follow: [paths]}");
      end();
    }
  });
  server.send(JSON.stringify(first));
  void run(server, feed, () => isOver).finally(end);
  return new Response(null, { status: 101, webSocket: client });
}

async function run(socket: WebSocket, feed: Feed, isOver: () => boolean): Promise<void> {
  try {
    for (let nth = 0; nth < MOST_STEPS; nth++) {
      const messages = await feed.step();
      if (isOver()) {
        return;
      }
      if (messages === RIGHT_ENDED) {
        socket.close(4401, "the session has ended");
        return;
      }
      messages.forEach((one) => socket.send(JSON.stringify(one)));
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    socket.close(1000, "come back");
  } catch {
    socket.close(1011, "it cannot be told any longer");
  }
}
