// Following: which answers the screens in sight are made of, kept as the feed tells them. Screens know nothing of it:
// they read, and what they read is told. Without a feed (something on the way takes no WebSockets) they ask every ten
// seconds.
import { useEffect, useSyncExternalStore } from "react";
import type { ApiAnswer, ApiClient } from "../../cli/session/client.ts";
import type { LiveMessage } from "../../model/api/live.ts";
import { api } from "./api.ts";
import { HeldAnswers } from "./held-answers.ts";
import { FeedSocket, type FeedState } from "./feed-socket.ts";
import { forgetOpening } from "./opening.ts";
import { queries } from "./queries.ts";
import { useSettings } from "./settings.ts";

/** Without a feed: one reading of a screen is at most a dozen calls. */
const ASK_MS = 10_000;
/** What cannot be followed is asked again no sooner. */
const UNFOLLOWED_MS = 30_000;
/** Messages come one by one; screens are drawn for several at once. */
const DRAW_MS = 200;
/** Shorter ones are the moment between two connections. */
const GAP_SECONDS = 5;
const MOST_FOLLOWED = 40;
const RAW = "raw ";

interface Gap {
  /** Milliseconds since the epoch: when it ended. */
  readonly at: number;
  readonly seconds: number;
}

const held = new HeldAnswers();
/** By the query that is made of them: paths that it asked the last time. */
const used = new Map<string, Set<string>>();
const listeners = new Set<() => void>();
let state: FeedState = { is: "resting" };
let gaps: readonly Gap[] = [];
let changed = new Set<string>();
let drawing: ReturnType<typeof setTimeout> | undefined;
let sent = "";

const feed = new FeedSocket({
  open: (address) => new WebSocket(address),
  now: Date.now,
  onState(next) {
    state = next;
    listeners.forEach((listener) => listener());
  },
  onMessage: take,
  onEnded: () => void queries.invalidateQueries({ queryKey: ["whoami"] }),
});

function take(message: LiveMessage): void {
  const now = Date.now();
  if (message.event === "open" || message.event === "gap") {
    const seconds = message.event === "open" ? message.gapSeconds : message.seconds;
    if (message.event === "open") {
      held.forgetTold();
      if (seconds === null || seconds > GAP_SECONDS) {
        // Nobody heard it change meanwhile.
        held.follow(new Set());
      }
    }
    if (seconds !== null && seconds > GAP_SECONDS) {
      gaps = [...gaps.slice(-9), { at: now, seconds }];
    }
    return;
  }
  const path = held.take(message, now);
  for (const [hash, paths] of used) {
    if (!paths.has(message.path)) {
      continue;
    }
    if (path !== null) {
      changed.add(hash);
    } else {
      confirm(hash, now);
    }
  }
  drawing ??= setTimeout(draw, DRAW_MS);
}

/** It is as it was: its age is another. */
function confirm(hash: string, updatedAt: number): void {
  const query = queries.getQueryCache().get(hash);
  if (query?.state.data !== undefined && query.isActive()) {
    query.setState({ ...query.state, dataUpdatedAt: updatedAt });
  }
}

function draw(): void {
  drawing = undefined;
  const hashes = changed;
  changed = new Set();
  void queries.invalidateQueries({ predicate: ({ queryHash }) => hashes.has(queryHash) });
}

/** Everything is asked anew. */
export async function askAgain(): Promise<void> {
  held.forget();
  forgetOpening();
  feed.wantAnew();
  await queries.invalidateQueries();
}

/** The admin API for one query: what is told need not be asked. */
export function readerFor(hash: string): ApiClient {
  const paths = new Set<string>();
  used.set(hash, paths);
  const answered = async <T>(path: string, ask: () => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> => {
    paths.add(path);
    const known = state.is === "live" ? held.answer(path, Date.now(), UNFOLLOWED_MS) : null;
    if (known !== null) {
      return known as ApiAnswer<T>;
    }
    const answer = await ask();
    if (answer.ok || answer.failure.status !== null) {
      held.keep(path, answer, Date.now());
    }
    return answer;
  };
  return {
    ...api,
    call: (method, path, call = {}) =>
      method === "GET"
        ? answered(addressed(path, call.query ?? {}), () => api.call(method, path, call))
        : api.call(method, path, call),
    raw: (method, path, accept) => answered(`${RAW}${path}`, () => api.raw(method, path, accept)),
  };
}

function addressed(path: string, query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const said = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return said.length === 0 ? path : `${path}?${new URLSearchParams(said).toString()}`;
}

/** What the screens in sight are made of: paths below the admin API's prefix. */
export function readsNow(): readonly string[] {
  const active = queries.getQueryCache().findAll({ type: "active" });
  const paths = new Set(active.flatMap(({ queryHash }) => Array.from(used.get(queryHash) ?? [])));
  return [...paths].filter((path) => !path.startsWith(RAW));
}

function tellWhatIsFollowed(): void {
  const paths = readsNow().slice(0, MOST_FOLLOWED);
  for (const hash of used.keys()) {
    if (queries.getQueryCache().get(hash) === undefined) {
      used.delete(hash);
    }
  }
  const text = paths.toSorted().join("\n");
  if (text !== sent) {
    sent = text;
    held.follow(new Set(paths));
    feed.follow(paths);
  }
}

/** Follows while somebody looks; in the frame of the page, once. */
export function useFollowing(): void {
  const { follow } = useSettings();
  useEffect(() => {
    const look = (): void => feed.want(follow && document.visibilityState === "visible");
    look();
    document.addEventListener("visibilitychange", look);
    let telling: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = queries.getQueryCache().subscribe(() => {
      telling ??= setTimeout(() => {
        telling = undefined;
        tellWhatIsFollowed();
      }, DRAW_MS);
    });
    const asking = setInterval(() => {
      if (follow && document.visibilityState === "visible" && (state.is === "impossible" || state.is === "broken")) {
        void askAgain();
      }
    }, ASK_MS);
    return () => {
      document.removeEventListener("visibilitychange", look);
      unsubscribe();
      clearTimeout(telling);
      clearInterval(asking);
      feed.want(false);
    };
  }, [follow]);
}

function onLive(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLive = (): FeedState => useSyncExternalStore(onLive, () => state);
/** What was missed while the feed was broken, the oldest first. */
export const useGaps = (): readonly Gap[] => useSyncExternalStore(onLive, () => gaps);

/** What is followed, with when each was told last; for who wants to know. */
export const followedNow = (): readonly { readonly path: string; readonly at: number | null }[] =>
  sent === "" ? [] : sent.split("\n").map((path) => ({ path, at: held.at(path) }));
