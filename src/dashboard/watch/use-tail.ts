// A tail for a screen: begun with the last requests that were kept, followed while the page follows and is in sight,
// drawn once a frame at most, however much comes.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ReceiptList } from "../../model/api/requests.ts";
import { api } from "../data/api.ts";
import { useInSight } from "../data/in-sight.ts";
import { queries } from "../data/queries.ts";
import { useSettings } from "../data/settings.ts";
import { lastMeters, rateOf, type Meter, type Rate } from "./rate.ts";
import { MOST_RUNNING, TailLines, type TailView, type TailWords } from "./tail-lines.ts";
import { followTail, type TailState } from "./tail-stream.ts";

interface TailShown extends TailView {
  readonly state: TailState;
  readonly rate: Rate | null;
}

/** Kept requests that a tail begins with. */
const MOST_BEFORE = 50;
/** More than so many at once cannot be read: they are drawn ten times a second, and the page has time to scroll. */
const MANY = 20;
const MANY_MS = 100;
export const MOST_DRAWN_PER_SECOND = (MOST_RUNNING * 1_000) / MANY_MS;
/** Whoever types a filter is not asked for at each letter. */
const TYPING_MS = 300;

class Tail {
  readonly #lines = new TailLines();
  readonly #query: Readonly<Record<string, string>>;
  readonly #listeners = new Set<() => void>();
  #coming: TailWords[] = [];
  #meters: readonly Meter[] = [];
  #state: TailState = { is: "resting" };
  #shown: TailShown = { ...this.#lines.view(), state: this.#state, rate: null };
  /** Something came that is not drawn yet. */
  #isStale = false;
  #isDrawing = false;
  #from: { readonly cursor: string; readonly at: number } | undefined;

  constructor(query: Readonly<Record<string, string>>) {
    this.#query = query;
  }

  readonly shown = (): TailShown => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly pause = (): void => this.#now(() => this.#lines.pause());
  readonly resume = (): void => this.#now(() => this.#lines.resume());

  async run(signal: AbortSignal): Promise<void> {
    this.#enter({ is: "connecting" });
    if (this.#from === undefined) {
      await this.#begin();
    }
    if (signal.aborted) {
      return;
    }
    const from = this.#from === undefined ? {} : { from: this.#from };
    this.#from = await followTail(
      { query: this.#query, ...from },
      {
        stream: api.stream,
        now: Date.now,
        wait: async (ms, ended) => {
          await new Promise<void>((resolve) => {
            setTimeout(resolve, ms);
            ended.addEventListener("abort", () => resolve(), { once: true });
          });
        },
        onTold: (told) => {
          this.#coming.push(told);
          this.#drawSoon();
        },
        onMeter: (meter) => {
          this.#meters = lastMeters(this.#meters, meter);
          this.#drawSoon();
        },
        onState: (state) => this.#enter(state),
      },
      signal,
    );
    if (signal.aborted) {
      this.#enter({ is: "resting" });
    }
  }

  /** What was kept already, so that whoever comes sees what it is about. */
  async #begin(): Promise<void> {
    const page = await api.call<ReceiptList & { readonly cursor: string }>("GET", "/tail", { query: this.#query });
    if (!page.ok) {
      return;
    }
    const { items, cursor } = page.value;
    this.#from = { cursor, at: Date.now() };
    const receipts = items.slice(0, MOST_BEFORE).toReversed();
    this.#coming.push(
      ...receipts.map((receipt) => ({ receipt })),
      ...(receipts.length === 0 ? [] : [{ mark: "kept before; what follows is shown as it ends" }]),
    );
    this.#drawSoon();
  }

  #enter(state: TailState): void {
    this.#state = state;
    if (state.is !== "live") {
      this.#meters = [];
    }
    if (state.is === "refused" && state.failure.status === 401) {
      void queries.invalidateQueries({ queryKey: ["whoami"] });
    }
    this.#drawSoon();
  }

  #now(change: () => void): void {
    this.#take();
    change();
    this.#draw();
  }

  #drawSoon(): void {
    this.#isStale = true;
    if (this.#isDrawing) {
      return;
    }
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      const restMs = this.#coming.length > MANY ? MANY_MS : 0;
      this.#take();
      this.#draw();
      setTimeout(() => {
        this.#isDrawing = false;
        if (this.#isStale) {
          this.#drawSoon();
        }
      }, restMs);
    });
  }

  #take(): void {
    this.#lines.add(this.#coming);
    this.#coming = [];
  }

  #draw(): void {
    this.#isStale = false;
    this.#shown = { ...this.#lines.view(), state: this.#state, rate: rateOf(this.#meters) };
    this.#listeners.forEach((listener) => listener());
  }
}

interface TailInUse extends TailShown {
  readonly pause: () => void;
  readonly resume: () => void;
}

/** @param query of `GET /tail` */
export function useTail(query: Readonly<Record<string, string>>): TailInUse {
  const { follow } = useSettings();
  const isFollowed = useInSight() && follow;
  const key = JSON.stringify(query);
  const tail = useMemo(() => new Tail(query), [key]);
  useEffect(() => {
    if (!isFollowed) {
      return undefined;
    }
    const ending = new AbortController();
    const typed = setTimeout(() => void tail.run(ending.signal), TYPING_MS);
    return () => {
      clearTimeout(typed);
      ending.abort();
    };
  }, [tail, isFollowed]);
  return { ...useSyncExternalStore(tail.subscribe, tail.shown), pause: tail.pause, resume: tail.resume };
}
