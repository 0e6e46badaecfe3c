// What flows of requests are made of: who asks what how often, and how that ends.
import type { Ended, Flow } from "./world.ts";

interface Split {
  readonly version: string;
  readonly endpoint: string;
  readonly cluster?: string;
  readonly share: number;
  readonly failPercent?: number;
  readonly failStatus?: number;
  readonly ms?: number;
}

/** Anything has a bad moment: one in a thousand fails. */
const USUAL_PERCENT = 0.1;

const forwarded = { decision: "forwarded", policy: "" } as const;
const own = { version: "", endpoint: "", cluster: "", ms: 0 } as const;

/** A service that answers by the shares of its endpoints. */
export function served(splits: readonly Split[]): Flow["end"] {
  return (_, random) => {
    let at = random() * splits.reduce((sum, { share }) => sum + share, 0);
    const one = splits.find(({ share }) => (at -= share) < 0) ?? splits[0];
    if (one === undefined) {
      throw new Error("nobody serves");
    }
    const { version, endpoint, cluster = "eu", failPercent = USUAL_PERCENT, failStatus = 500, ms = 20 } = one;
    const status = random() * 100 < failPercent ? failStatus : 200;
    // Some take far longer than most.
    const tookMs = Math.round(ms * Math.exp(random() + random() + random() - 1.5));
    return { version, endpoint, cluster, status, ms: tookMs, ...forwarded };
  };
}

export const from =
  (second: number, before: Flow["end"], after: Flow["end"]): Flow["end"] =>
  (at, random) =>
    (at < second ? before : after)(at, random);

export const refused =
  (status: number, decision: string, policy: string): Flow["end"] =>
  (): Ended => ({ ...own, status, decision, policy });

export const steady =
  (rate: number): Flow["perSecond"] =>
  () =>
    rate;

export const flow = (caller: string, service: string, rate: number, end: Flow["end"]): Flow => ({
  caller,
  service,
  perSecond: steady(rate),
  end,
});
