// The feed's socket: opened while the page follows and is looked at, closed when it is not, opened again with longer
// and longer waits when it breaks. Knows nothing of what the messages mean.
import type { LiveMessage } from "../../model/api/live.ts";

export type FeedState =
  /** Nobody follows, or nobody looks. */
  | { readonly is: "resting" }
  | { readonly is: "connecting" }
  | { readonly is: "live"; readonly heardAt: number }
  | { readonly is: "broken"; readonly attempt: number; readonly since: number }
  /** It never came about here: something on the way takes no WebSockets. */
  | { readonly is: "impossible" };

interface FeedWorld {
  readonly open: (address: string) => WebSocket;
  readonly now: () => number;
  readonly onMessage: (message: LiveMessage) => void;
  readonly onState: (state: FeedState) => void;
  /** The session has ended. */
  readonly onEnded: () => void;
}

const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** The mesh tells something every few seconds, if only that nothing changed. */
const SILENCE_MS = 20_000;
const ENDED = 4401;
/** Tried so often without ever being let in, the page asks by itself meanwhile. */
const MOST_REFUSED = 2;

export class FeedSocket {
  readonly #world: FeedWorld;
  #socket: WebSocket | null = null;
  #follow: readonly string[] = [];
  #wanted = false;
  #everOpen = false;
  #attempt = 0;
  #brokenSince: number | null = null;
  /** `at` of the last message. */
  #heard: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(world: FeedWorld) {
    this.#world = world;
  }

  want(isWanted: boolean): void {
    if (isWanted === this.#wanted) {
      return;
    }
    this.#wanted = isWanted;
    if (isWanted) {
      this.#connect();
      return;
    }
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#attempt = 0;
    this.#brokenSince = null;
    // What came while nobody looked was not missed.
    this.#heard = null;
    this.#world.onState({ is: "resting" });
  }

  follow(paths: readonly string[]): void {
    this.#follow = paths;
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ follow: paths }));
    }
  }

  /** Something was written: what was read before it is not wanted any more. */
  wantAnew(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ follow: this.#follow, anew: true }));
    }
  }

  #connect(): void {
    const since = this.#heard === null ? "" : `?since=${encodeURIComponent(this.#heard)}`;
    const socket = this.#world.open(`/_selvage/v1/live${since}`);
    this.#socket = socket;
    if (this.#attempt === 0 && this.#brokenSince === null && this.#heard === null) {
      this.#world.onState({ is: "connecting" });
    }
    socket.addEventListener("open", () => {
      this.#everOpen = true;
      this.#attempt = 0;
      this.#brokenSince = null;
      socket.send(JSON.stringify({ follow: this.#follow }));
    });
    socket.addEventListener("message", ({ data }) => this.#hear(String(data)));
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) {
        this.#closed(code);
      }
    });
  }

  #hear(data: string): void {
    const message = JSON.parse(data) as LiveMessage;
    this.#heard = message.at;
    this.#expectMore();
    this.#world.onState({ is: "live", heardAt: this.#world.now() });
    this.#world.onMessage(message);
  }

  #expectMore(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(3000), SILENCE_MS);
  }

  #closed(code: number): void {
    clearTimeout(this.#silence);
    this.#socket = null;
    if (code === ENDED) {
      this.#wanted = false;
      this.#world.onState({ is: "resting" });
      this.#world.onEnded();
      return;
    }
    if (code === 1000) {
      this.#connect();
      return;
    }
    this.#brokenSince ??= this.#world.now();
    const wait = WAITS_MS[Math.min(this.#attempt, WAITS_MS.length - 1)] ?? 30_000;
    this.#attempt += 1;
    this.#world.onState(
      !this.#everOpen && this.#attempt >= MOST_REFUSED
        ? { is: "impossible" }
        : { is: "broken", attempt: this.#attempt, since: this.#brokenSince },
    );
    this.#timer = setTimeout(() => this.#connect(), wait);
  }
}
