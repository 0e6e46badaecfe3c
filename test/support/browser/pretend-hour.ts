// A page by a clock that the test turns: each second of it the mesh's own feed tells what it would tell of a mesh whose
// numbers are always others, in which a service fails for two minutes of ten and something is changed each quarter of
// an hour. An hour of that takes none.
import type { Page, WebSocketRoute } from "playwright-core";
import { Feed, RIGHT_ENDED } from "../../../src/control/live/feed.ts";
import { answersOf, pretendStats } from "./pretend-mesh.ts";

const SERVICES = 20;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** As long as one connection of `GET /live` lasts. */
const CONNECTION_MS = 2 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

const trouble = { everyMinutes: 10, fromMinute: 6, toMinute: 8 };

const others = answersOf(SERVICES);
const propagation = { revision: 1, current: 1, behind: 0, complete: true, isolates: [], head: 1, ageMs: 0 };

/** @param begun when the page was there, milliseconds since the epoch */
function answerAt(path: string, now: number, begun: number): object | undefined {
  const [bare = ""] = path.split("?", 1);
  switch (bare) {
    case "/stats":
      return statsAt(now, begun);
    case "/revisions":
      return revisionsAt(now, begun);
    default:
      return bare.endsWith("/propagation") ? propagation : others[`/_selvage/v1${bare}`];
  }
}

function statsAt(now: number, begun: number): object {
  const stats = pretendStats(Math.floor((now - Date.parse("2026-11-29T12:00:00Z")) / SECOND_MS), SERVICES) as {
    readonly services: readonly object[];
  };
  const intoMs = (now - begun) % (trouble.everyMinutes * MINUTE_MS);
  if (intoMs < trouble.fromMinute * MINUTE_MS || intoMs >= trouble.toMinute * MINUTE_MS) {
    return stats;
  }
  const [one, ...services] = stats.services;
  const since = new Date(now - intoMs + trouble.fromMinute * MINUTE_MS).toISOString();
  const likely = [{ title: "version v2", kind: "version", at: since, score: 5, why: ["near in time (3)"] }];
  return { ...stats, services: [{ ...one, state: "failing", reasons: ["31 % errors"], since, likely }, ...services] };
}

function revisionsAt(now: number, begun: number): object {
  const newest = 1 + Math.floor((now - begun) / QUARTER_MS);
  const items = [newest, newest - 1, newest - 2].map((revision) => ({
    revision,
    at: new Date(begun + (revision - 1) * QUARTER_MS).toISOString(),
    actor: "mia",
    source: "apply",
    reason: `change ${revision}`,
    summary: {},
    rolledBackTo: null,
  }));
  return { items: items.filter(({ revision }) => revision > 0), nextCursor: null, revision: newest };
}

export interface TurnedPage {
  /** Messages that its feed has sent, and connections that it has had. */
  readonly told: { messages: number; connections: number };
  /** Once the page is there: from here on its time stands still until it is turned. */
  readonly begin: () => Promise<void>;
  /** A second at a time, each with what the feed tells in it. */
  readonly turn: (minutes: number) => Promise<void>;
}

/** Before the page opens an address. */
export async function turnedPage(page: Page): Promise<TurnedPage> {
  let [now, begun] = [Date.now(), Number.POSITIVE_INFINITY];
  const told = { messages: 0, connections: 0 };
  let open: { readonly socket: WebSocketRoute; readonly feed: Feed; readonly until: number } | null = null;
  const read = (path: string): object | undefined => answerAt(path, now, Math.min(begun, now));
  await page.clock.install({ time: now });
  // What is not followed yet it asks for itself.
  await page.route(/\/propagation/, (route) => route.fulfill({ json: propagation }));
  await page.routeWebSocket(/\/live/, (socket) => {
    const feed = new Feed({
      room: { left: 8_000_000 },
      now: () => now,
      read: (path) => {
        const text = JSON.stringify(read(path) ?? null);
        return Promise.resolve({ status: text === "null" ? 404 : 200, length: text.length, value: JSON.parse(text) });
      },
    });
    socket.onMessage((message) => void feed.follow(String(message)));
    const since = new URL(socket.url()).searchParams.get("since");
    const gapSeconds = since === null ? null : Math.max(0, now - Date.parse(since)) / SECOND_MS;
    socket.send(JSON.stringify({ event: "open", at: new Date(now).toISOString(), gapSeconds }));
    told.connections += 1;
    open = { socket, feed, until: now + CONNECTION_MS };
  });
  const tell = async (): Promise<void> => {
    if (open === null) {
      return;
    }
    const { socket, feed, until } = open;
    if (now >= until) {
      open = null;
      await socket.close({ code: 1000, reason: "come back" });
      return;
    }
    const messages = await feed.step();
    for (const message of messages === RIGHT_ENDED ? [] : messages) {
      socket.send(JSON.stringify(message));
      told.messages += 1;
    }
  };
  return {
    told,
    async begin() {
      // Until now its time went by itself.
      now = (await page.evaluate<number>("Date.now()")) + SECOND_MS;
      begun = now;
      await page.clock.pauseAt(now);
    },
    async turn(minutes) {
      for (const until = now + minutes * MINUTE_MS; now < until; now += SECOND_MS) {
        await tell();
        await page.clock.runFor(SECOND_MS);
      }
    },
  };
}
