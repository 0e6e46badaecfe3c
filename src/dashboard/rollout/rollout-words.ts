// How a Rollout is put into words on the page, and what an operator may say about it as it stands. Pure.
import type { RolloutStatus } from "../../model/api/rollouts.ts";
import type { RolloutOrder } from "../../model/message/rollout.ts";
import type { ShownHealth } from "../../verdict/health.ts";

export type Verb = RolloutOrder["verb"];

interface OfferedOrder {
  readonly verb: Verb;
  readonly full: boolean;
  readonly isMain: boolean;
  readonly isDanger: boolean;
}

const PHASES: Readonly<Record<NonNullable<RolloutStatus["phase"]>, ShownHealth>> = {
  progressing: "healthy",
  paused: "degraded",
  promoted: "healthy",
  "rolled-back": "failing",
  aborted: "idle",
};

export const phaseHealth = (phase: RolloutStatus["phase"]): ShownHealth => (phase === null ? "unknown" : PHASES[phase]);

export const verdictHealth: Readonly<Record<RolloutStatus["guards"][number]["verdict"], ShownHealth>> = {
  passes: "healthy",
  waits: "idle",
  fails: "failing",
};

/** What fits its state; the first is what is likeliest meant. */
export function ordersOf({ phase, guards, step, steps }: RolloutStatus): OfferedOrder[] {
  const say = (verb: Verb, more: Partial<OfferedOrder> = {}): OfferedOrder => {
    return { verb, full: false, isMain: false, isDanger: verb === "abort", ...more };
  };
  if (phase === null) {
    return [];
  }
  if (phase === "rolled-back" || phase === "aborted") {
    return [say("retry", { isMain: true })];
  }
  if (phase === "promoted") {
    return [say("abort")];
  }
  const isFailing = guards.some(({ verdict }) => verdict === "fails");
  const hold = phase === "paused" ? say("resume", { isMain: !isFailing }) : say("pause");
  const promote = say("promote", { isMain: !isFailing && phase !== "paused" });
  const all = step < steps.length - 1 ? [promote, say("promote", { full: true })] : [promote];
  return isFailing ? [say("abort"), hold, ...all] : [...all, hold, say("abort")];
}

export function orderWords(verb: Verb, full: boolean): string {
  const words = {
    promote: "Promote to the next step",
    pause: "Pause",
    resume: "Resume",
    abort: "Abort",
    retry: "Retry",
  } as const;
  return full ? "Promote to the last step" : words[verb];
}

/** `1 % done`, `10 % now, 0:45 of 5:00 watched`, `50 %`. */
export function stepWords({ steps, step, phase, watchedMs }: RolloutStatus, index: number): string {
  const { weight = 0, holdMs = null } = steps[index] ?? {};
  if (index + 1 < step || phase === "promoted") {
    return `${weight} % done`;
  }
  if (index + 1 > step || phase === "rolled-back" || phase === "aborted") {
    return `${weight} %`;
  }
  const watched = holdMs === null ? "until somebody promotes" : `${clock(watchedMs)} of ${clock(holdMs)} watched`;
  return `${weight} % now, ${watched}`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const oddsText = (odds: number): string => String(odds >= 100 ? Math.round(odds) : Number(odds.toFixed(1)));
