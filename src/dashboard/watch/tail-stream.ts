// A tail that lasts: opened again where it was, later each time, and what was missed is marked. As `selvage tail` does
// it. Knows neither what is done with lines nor who looks.
import type { ApiClient, Failure } from "../../cli/session/client.ts";
import { readEvents } from "../../cli/session/events.ts";
import type { ReceiptShown } from "../../model/api/requests.ts";
import type { Meter } from "./rate.ts";
import type { TailWords } from "./tail-lines.ts";

export type TailState =
  /** Nobody follows, or nobody looks. */
  | { readonly is: "resting" }
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  | { readonly is: "broken"; readonly attempt: number }
  /** The mesh said no: it is not asked again. */
  | { readonly is: "refused"; readonly failure: Failure };

interface TailWorld {
  readonly stream: ApiClient["stream"];
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onTold: (told: TailWords) => void;
  readonly onMeter: (meter: Meter) => void;
  readonly onState: (state: TailState) => void;
}

interface Begin {
  readonly query: Readonly<Record<string, string>>;
  /** Where to go on, and since when nothing was heard; undefined = from now on. */
  readonly from?: { readonly cursor: string; readonly at: number };
}

const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** The mesh tells a meter every second. */
const SILENCE_MS = 10_000;
/** Shorter ones are the moment between two connections. */
const GAP_MS = 5_000;

/** @returns where it was left; undefined = nothing was heard */
export async function followTail(
  { query, from }: Begin,
  world: TailWorld,
  signal: AbortSignal,
): Promise<Begin["from"]> {
  let heard = from;
  let attempt = 0;
  world.onState({ is: "connecting" });
  while (!signal.aborted) {
    const one = new AbortController();
    const either = AbortSignal.any([signal, one.signal]);
    const asked = heard === undefined ? query : { ...query, cursor: heard.cursor };
    const opened = await world.stream("/tail", asked, either);
    if (signal.aborted) {
      break;
    }
    if (!opened.ok && opened.failure.status !== null && opened.failure.status < 500 && opened.failure.status !== 429) {
      world.onState({ is: "refused", failure: opened.failure });
      break;
    }
    const begun = world.now();
    if (opened.ok) {
      attempt = 0;
      markGap(heard, world);
      world.onState({ is: "live" });
      let silence = setTimeout(() => one.abort(), SILENCE_MS);
      for await (const { event, id, data } of readEvents(opened.body)) {
        clearTimeout(silence);
        silence = setTimeout(() => one.abort(), SILENCE_MS);
        heard = { cursor: id ?? heard?.cursor ?? "0", at: world.now() };
        if (event === "request") {
          world.onTold({ receipt: JSON.parse(data) as ReceiptShown });
        } else if (event === "meter") {
          world.onMeter(JSON.parse(data) as Meter);
        }
      }
      clearTimeout(silence);
      if (signal.aborted) {
        break;
      }
      if (world.now() - begun > GAP_MS && !one.signal.aborted) {
        // It ends after some minutes by itself: whoever is told goes on at once.
        continue;
      }
    }
    const wait = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 0;
    attempt += 1;
    world.onState({ is: "broken", attempt });
    await world.wait(wait, signal);
  }
  return heard;
}

function markGap(heard: Begin["from"], { now, onTold }: TailWorld): void {
  const ms = heard === undefined ? 0 : now() - heard.at;
  if (ms > GAP_MS) {
    onTold({
      mark: `nothing was heard for ${Math.round(ms / 1000)} s; what was kept meanwhile follows, the rest is not known`,
    });
  }
}
