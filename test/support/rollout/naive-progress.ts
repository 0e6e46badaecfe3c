// How far a canary of Flagger and of Argo comes when everything goes well, walked as their controllers do: the
// importers are held against it. Written for being read; nothing of the product's.

/** From then on so many percent of callers got the canary: after so many decisions, and seconds since the last. */
export interface Arrival {
  readonly weight: number;
  readonly decisions: number;
  readonly seconds: number;
}

interface FlaggerAnalysis {
  readonly interval: string;
  readonly stepWeight?: number;
  readonly stepWeights?: readonly number[];
  readonly maxWeight?: number;
  readonly iterations?: number;
  readonly match?: readonly unknown[];
  readonly webhooks?: readonly { readonly type: string }[];
  readonly metrics?: readonly { readonly name: string }[];
  readonly suspend: boolean;
  readonly skipAnalysis: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { "10s": 10, "30s": 30, "1m": 60, "2m30s": 150 };

/** Whatever is asked from outside counts as a decision. */
export function naiveFlagger(canary: FlaggerAnalysis): { arrivals: Arrival[]; isMatchedAtOnce: boolean } {
  const { webhooks = [], metrics = [], match = [], iterations = 0, stepWeight = 0, stepWeights = [] } = canary;
  const asks = (...types: readonly string[]): number => (webhooks.some(({ type }) => types.includes(type)) ? 1 : 0);
  const before = Math.max(canary.suspend ? 1 : 0, asks("confirm-rollout", "pre-rollout", "confirm-traffic-increase"));
  if (canary.skipAnalysis) {
    const decisions = Math.max(canary.suspend ? 1 : 0, asks("confirm-rollout"));
    return { arrivals: [{ weight: 100, decisions, seconds: 0 }], isMatchedAtOnce: false };
  }
  const check = Math.max(
    asks("rollout", "confirm-traffic-increase"),
    metrics.some(({ name }) => name === "own") ? 1 : 0,
  );
  const seconds = SECONDS[canary.interval] ?? 0;
  const end = asks("confirm-promotion");
  if (iterations > 0) {
    const decisions = Math.max(before, check, end);
    const arrival = { weight: 100, decisions, seconds: decisions > 0 ? 0 : seconds * iterations };
    // By hand there: whoever promotes waits as long as they like.
    return { arrivals: [{ ...arrival, seconds: 0 }], isMatchedAtOnce: match.length > 0 && before === 0 };
  }
  const arrivals: Arrival[] = [];
  const max = stepWeights.length > 0 && stepWeight === 0 ? (stepWeights.at(-1) ?? 0) : (canary.maxWeight ?? 100);
  let at: Arrival = { weight: 0, decisions: before, seconds: 0 };
  const wait = (decides: number): void => {
    at = decides > 0 ? { ...at, decisions: at.decisions + 1, seconds: 0 } : { ...at, seconds: at.seconds + seconds };
  };
  for (let index = 0; at.weight < max && index < 200; index++) {
    const next = stepWeight > 0 ? at.weight + stepWeight : (stepWeights[index] ?? 100);
    at = { ...at, weight: Math.min(100, next) };
    arrivals.push(at);
    wait(at.weight < max ? check : Math.max(check, end));
  }
  return { arrivals: [...arrivals, { ...at, weight: 100 }], isMatchedAtOnce: false };
}

/**
 * Steps in their order; those that nobody can ask here are decisions, several at one weight one of them; how long it
 * lasts is theirs. Weights that last no time are passed over.
 */
export function naiveArgo(steps: readonly object[], isPaused: boolean): Arrival[] {
  const arrivals: Arrival[] = [];
  let [weight, decisions, seconds, isDecided] = [0, isPaused ? 1 : 0, 0, isPaused];
  const stay = (): void => {
    if (arrivals.at(-1)?.weight !== weight) {
      arrivals.push({ weight, decisions, seconds });
    }
  };
  for (const step of steps) {
    if ("setWeight" in step) {
      isDecided &&= weight === Number(step.setWeight);
      weight = Number(step.setWeight);
      continue;
    }
    const duration = "pause" in step ? (step.pause as { duration?: number | string }).duration : undefined;
    if (duration !== undefined) {
      stay();
      seconds += isDecided ? 0 : typeof duration === "number" ? duration : (ARGO_SECONDS[duration] ?? 0);
    } else if (!("setCanaryScale" in step)) {
      stay();
      decisions += isDecided ? 0 : 1;
      seconds = 0;
      isDecided = true;
    }
  }
  weight = 100;
  stay();
  return arrivals;
}

const ARGO_SECONDS: Readonly<Record<string, number>> = { "2m": 120, "1h": 3600 };
