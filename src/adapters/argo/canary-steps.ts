// The steps of Argo's canary → those of a Rollout: a weight, and how long it lasts. What decides there and cannot be
// asked here makes its step wait until somebody promotes; a weight that lasts no time is left out.
import { parseDuration } from "../../model/document/field/duration.ts";
import { SHORTEST_HOLD_MS, toEverybody, type PlannedStep } from "../rollout/plan.ts";
import { spelledMs } from "../source/gateway-duration.ts";
import type { Field } from "../source/source-field.ts";
import { HeaderRoutes } from "./header-routes.ts";
import type { HeaderMatches } from "../rollout/header-matches.ts";

export interface CanarySteps {
  readonly steps: readonly PlannedStep[];
  readonly match: readonly HeaderMatches[];
}

interface CanaryOptions {
  /** What weights are parts of. */
  readonly whole: number;
  /** From this step on an analysis runs beside them, which nobody can ask here. */
  readonly analysedFrom: number | null;
  /** All headers of a route have to be there, not one of them. */
  readonly allHeaders: boolean;
  /** Nobody may get the canary before somebody agrees. */
  readonly isPaused: boolean;
}

interface Stretch {
  readonly weight: number;
  /** The step that said the weight; null for what holds before any does. */
  readonly field: Field | null;
  holdMs: number;
  /** The last that said how long it lasts. */
  pause: Field | null;
  /** Until somebody promotes. */
  isOpen: boolean;
}

/** More steps than anybody writes. */
const MOST_STEPS = 1000;

const SCALED = "How many instances run is your platform's";
const WAITS = "so the step waits until somebody promotes; write hold where that is not needed";
const ASKED = `NOTHING JUDGES BY IT HERE: the mesh asks no other system, ${WAITS}`;

/** Null when the steps cannot be said, which is then told. */
export function canarySteps(list: Field, options: CanaryOptions): CanarySteps | null {
  const fields = list.items();
  if (fields.length > MOST_STEPS) {
    list.drop(`${fields.length} steps are more than can be said: nothing of the Rollout is imported`);
    return null;
  }
  const walk = new Walk(options);
  for (const [index, field] of fields.entries()) {
    if (!walk.take(field, index)) {
      return null;
    }
  }
  return walk.end();
}

class Walk {
  readonly #options: CanaryOptions;
  readonly #routes: HeaderRoutes;
  readonly #over: Stretch[] = [];
  #now: Stretch;

  constructor(options: CanaryOptions) {
    this.#options = options;
    this.#routes = new HeaderRoutes(options.allHeaders);
    this.#now = { weight: 0, field: null, holdMs: 0, pause: null, isOpen: options.isPaused };
  }

  /** False when nothing can be made of the steps. */
  take(step: Field, index: number): boolean {
    const said = step.members().filter(([, { present }]) => present);
    if (said.length === 0) {
      step.drop(`It says nothing that a step can, ${WAITS}`);
      this.#open();
    }
    for (const [kind, field] of said) {
      if (kind === "setWeight") {
        if (!this.#setWeight(field)) {
          return false;
        }
      } else if (kind === "pause") {
        this.#pause(field, index);
      } else if (kind === "setHeaderRoute") {
        this.#routes.set(field);
      } else if (kind === "setCanaryScale" || kind === "replicaProgressThreshold") {
        field.drop(SCALED);
      } else if (kind === "setMirrorRoute") {
        field.drop(
          "Copies of requests go to the version that everybody has: send them with a RequestMirror filter to a Service of its own",
        );
      } else {
        field.drop(ASKED);
        this.#open();
      }
    }
    return true;
  }

  end(): CanarySteps {
    this.#close();
    const steps = this.#over.map(({ weight, holdMs, isOpen }) => ({
      weight,
      hold: isOpen || holdMs === 0 ? null : spelledMs(holdMs),
    }));
    return { steps: toEverybody(steps), match: this.#routes.end(this.#options.isPaused) };
  }

  #setWeight(field: Field): boolean {
    const written = field.number();
    const { whole } = this.#options;
    if (written === null || !(written >= 0 && written <= whole)) {
      field.drop(`A weight is a number from 0 to ${whole}: nothing of the Rollout is imported`);
      return false;
    }
    const weight = Math.round((written / whole) * 1e8) / 1e6;
    if (weight < this.#now.weight) {
      field.drop(
        "It takes callers away from the canary again, where each step of a Rollout raises its share: nothing of it is imported",
      );
      return false;
    }
    if (weight > this.#now.weight) {
      this.#close();
      this.#now = { weight, field, holdMs: 0, pause: null, isOpen: false };
    }
    return true;
  }

  #pause(pause: Field, index: number): void {
    const { analysedFrom } = this.#options;
    const duration = pause.at("duration");
    const ms = duration.present ? msOf(duration.value) : null;
    if (ms === 0) {
      duration.take();
      return;
    }
    const sumMs = this.#now.holdMs + (ms ?? 0);
    if (duration.present && (ms === null || spelledMs(sumMs) === null)) {
      duration.drop(`It is no duration that a hold may have, ${WAITS}`);
      this.#open();
    } else if (ms === null) {
      if (this.#now.isOpen) {
        pause.change("Its step waits until somebody promotes already, and for one decision");
      }
      this.#open();
    } else if (analysedFrom !== null && index >= analysedFrom) {
      duration.drop(`An analysis decides beside it, which is not made here, ${WAITS}`);
      this.#open();
    } else {
      duration.take();
      if (ms < SHORTEST_HOLD_MS) {
        duration.change("A step is watched for five seconds at least");
      }
      this.#now.holdMs = sumMs;
      this.#now.pause = duration;
      this.#routes.pass(this.#now.weight);
    }
  }

  #open(): void {
    this.#now.isOpen = true;
    this.#routes.pass(this.#now.weight);
  }

  /** What holds no time is no step; the last one that is for everybody is where a Rollout ends. */
  #close(): void {
    const { weight, field, holdMs, pause, isOpen } = this.#now;
    if (isOpen) {
      pause?.change("Its step waits until somebody promotes, and not for this long besides");
    }
    if (isOpen || holdMs > 0 || weight === 100) {
      this.#over.push(this.#now);
    } else if (field !== null) {
      field.change("It lasts no time, so it is no step here");
    }
  }
}

/** A number and one in letters are seconds. Null for what is no duration of whole milliseconds. */
function msOf(value: unknown): number | null {
  const seconds = typeof value === "number" || (typeof value === "string" && /^\d{1,9}$/.test(value));
  const ms = seconds ? Number(value) * 1000 : typeof value === "string" ? parseDuration(value) : null;
  return ms === null || spelledMs(ms) === null ? null : ms;
}
