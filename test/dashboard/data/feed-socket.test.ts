// The feed's socket: opened while somebody follows, opened again when it breaks, and given up where none comes about.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FeedSocket, type FeedState } from "../../../src/dashboard/data/feed-socket.ts";

/** As much of a WebSocket as the feed uses. */
class FakeSocket extends EventTarget {
  readyState = 0;
  readonly sent: string[] = [];
  readonly address: string;
  constructor(address: string) {
    super();
    this.address = address;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code = 1000): void {
    this.drop(code);
  }
  drop(code: number): void {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.dispatchEvent(Object.assign(new Event("close"), { code }));
    }
  }
  accept(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  tell(message: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }
}

const AT = "2026-11-29T12:00:00.000Z";
const opened = { event: "open", at: AT, gapSeconds: null };
let sockets: FakeSocket[];
let states: FeedState["is"][];
let ended: number;
let feed: FeedSocket;
const last = (): FakeSocket => sockets.at(-1) ?? new FakeSocket("none");

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1 });
  [sockets, states, ended] = [[], [], 0];
  feed = new FeedSocket({
    now: Date.now,
    open: (address) => {
      sockets.push(new FakeSocket(address));
      return last() as unknown as WebSocket;
    },
    onMessage: () => undefined,
    onState: ({ is }) => states.push(is),
    onEnded: () => (ended += 1),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("says what it follows as soon as it may, and again when that is something else", () => {
  feed.follow(["/stats"]);
  feed.want(true);
  last().accept();
  feed.follow(["/graph"]);
  expect(last().sent).toEqual(['{"follow":["/stats"]}', '{"follow":["/graph"]}']);
});

it("says when its reader has written, and nothing of it where nobody is told", () => {
  feed.wantAnew();
  feed.want(true);
  feed.follow(["/stats"]);
  last().accept();
  feed.wantAnew();
  expect(last().sent).toEqual(['{"follow":["/stats"]}', '{"follow":["/stats"],"anew":true}']);
});

it("opens none while nobody follows, and closes its own when nobody does any more", () => {
  feed.follow(["/stats"]);
  vi.advanceTimersByTime(600_000);
  expect(sockets).toHaveLength(0);
  feed.want(true);
  last().accept();
  feed.want(false);
  expect(last().readyState).toBe(3);
  vi.advanceTimersByTime(600_000);
  expect(sockets).toHaveLength(1);
  expect(states.at(-1)).toBe("resting");
});

it("comes back after longer and longer waits, and says when it last heard something", () => {
  feed.want(true);
  last().accept();
  last().tell(opened);
  last().drop(1006);
  expect(states.at(-1)).toBe("broken");
  for (const [nth, wait] of [1, 2, 4, 8, 16, 30, 30].entries()) {
    vi.advanceTimersByTime(wait * 1000 - 1);
    expect(sockets).toHaveLength(nth + 1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(nth + 2);
    last().drop(1006);
  }
  expect(last().address).toBe(`/_selvage/v1/live?since=${encodeURIComponent(AT)}`);
  expect(states).not.toContain("impossible");
});

it("comes back at once, and is live all the while, when the mesh only ends its two minutes", () => {
  feed.want(true);
  last().accept();
  last().tell(opened);
  states.length = 0;
  last().drop(1000);
  expect(sockets).toHaveLength(2);
  expect(states).toEqual([]);
});

it("takes a silence for a break", () => {
  feed.want(true);
  last().accept();
  last().tell(opened);
  vi.advanceTimersByTime(20_000);
  expect(states.at(-1)).toBe("broken");
});

it("says that it is impossible where none was ever let in, and tries on", () => {
  feed.want(true);
  last().drop(1006);
  vi.advanceTimersByTime(1_000);
  last().drop(1006);
  expect(states.at(-1)).toBe("impossible");
  vi.advanceTimersByTime(2_000);
  expect(sockets).toHaveLength(3);
  last().accept();
  last().tell(opened);
  expect(states.at(-1)).toBe("live");
});

it("rests when the session has ended, and says so", () => {
  feed.want(true);
  last().accept();
  last().drop(4401);
  vi.advanceTimersByTime(600_000);
  expect([ended, sockets.length, states.at(-1)]).toEqual([1, 1, "resting"]);
});
