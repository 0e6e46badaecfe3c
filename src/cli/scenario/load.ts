// The requests of a scenario: which ones, and when, by the seed alone; and what was answered.
import type { Agent } from "node:http";
import { seededRandom, sendCall, type Call } from "../demo/demo-traffic.ts";
import type { ScenarioLoad } from "./script.ts";

/** A client whose calls hang sends no more meanwhile: they count as unsent. */
const MOST_IN_FLIGHT = 32;

export interface Tally {
  readonly name: string;
  sent: number;
  /** Answers by status; `none` where there was none. */
  readonly answers: Record<string, number>;
}

/** Two loads of one seed differ by their names. */
function seedOf(name: string, seed: number): number {
  let mixed = seed | 0;
  for (const character of name) {
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return mixed;
}

/** What is asked, and how long after the one before, milliseconds: half to one and a half times the mean. */
export function* plannedCalls(
  { name, perSecond, calls }: ScenarioLoad,
  seed: number,
): Generator<{ afterMs: number; call: Call }> {
  const random = seededRandom(seedOf(name, seed));
  for (;;) {
    const afterMs = (1000 / perSecond) * (0.5 + random());
    const call = calls[Math.floor(random() * calls.length)];
    if (call === undefined) {
      return;
    }
    yield { afterMs, call };
  }
}

interface Sending {
  readonly agent: Agent;
  readonly url: string;
  readonly seed: number;
  readonly stopping: AbortSignal;
  /** What the load's application shows now. */
  readonly authorization: () => string | undefined;
}

/** Sends until it is stopped; what is on its way then is not counted. */
export function startLoad(load: ScenarioLoad, { agent, url, seed, stopping, authorization }: Sending): Tally {
  const tally: Tally = { name: load.name, sent: 0, answers: {} };
  const userAgent = `bookstore-scenario (${load.name})`;
  let inFlight = 0;
  const one = async (call: Call): Promise<void> => {
    inFlight += 1;
    tally.sent += 1;
    const shown = authorization();
    const status = await sendCall(agent, url, userAgent, { ...call, ...(shown && { authorization: shown }) }, stopping);
    inFlight -= 1;
    if (stopping.aborted) {
      tally.sent -= 1;
    } else {
      const key = String(status ?? "none");
      tally.answers[key] = (tally.answers[key] ?? 0) + 1;
    }
  };
  const planned = plannedCalls(load, seed);
  const next = (): void => {
    const { value, done } = planned.next();
    if (done === true || stopping.aborted) {
      return;
    }
    setTimeout(() => {
      if (stopping.aborted) {
        return;
      }
      if (inFlight < MOST_IN_FLIGHT) {
        void one(value.call);
      }
      next();
    }, value.afterMs).unref();
  };
  next();
  return tally;
}
