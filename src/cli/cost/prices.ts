// What others publish about their prices and needs, each with where and when it was read. Prices change: docs/cost.md
// says how to check them.

/** Cloudflare Workers Paid: developers.cloudflare.com, workers, durable-objects and d1 pricing; read 2026-11-23. */
export const CLOUDFLARE = {
  baseDollars: 5,
  requests: { included: 10_000_000, dollarsPerMillion: 0.3 },
  cpuMs: { included: 30_000_000, dollarsPerMillion: 0.02 },
  objectRequests: { included: 1_000_000, dollarsPerMillion: 0.15 },
  /** An object that is not hibernating counts as 128 MB, whatever it does. */
  objectGbSeconds: { included: 400_000, dollarsPerMillion: 12.5 },
  rowsRead: { included: 25_000_000_000, dollarsPerMillion: 0.001 },
} as const;

export const OBJECT_GB = 0.128;

/**
 * Istio 1.24, 1 000 requests a second of 1 KB: istio.io/docs/ops/deployment/performance-and-scalability; read
 * 2026-11-29.
 */
export const ISTIO = {
  sidecar: { vcpuPer1000Rps: 0.2, gb: 0.06 },
  ztunnel: { vcpuPer1000Rps: 0.06, gb: 0.012 },
  waypoint: { vcpuPer1000Rps: 0.25, gb: 0.06 },
  /** For 1 000 services with 2 000 pods. */
  istiod: { vcpu: 1, gb: 1.5 },
  podsOfAService: 2,
} as const;

/** AWS Fargate, Linux on x86, us-east-1, on demand: vantage.sh/blog/fargate-pricing; read 2026-11-29. */
export const MACHINE = { dollarsPerVcpuHour: 0.04048, dollarsPerGbHour: 0.004445 } as const;

/** Up to so many requests a month cost so much a million; the last step has no end. */
type Steps = readonly (readonly [upTo: number, dollarsPerMillion: number])[];

/**
 * Amazon API Gateway, us-east-1: docs.aws.amazon.com, whitepaper "Best practices for designing API Gateway private
 * APIs", cost optimization; read 2026-11-29.
 */
export const API_GATEWAY: Readonly<Record<"http" | "rest", Steps>> = {
  http: [
    [300e6, 1],
    [Infinity, 0.9],
  ],
  rest: [
    [333e6, 3.5],
    [1000e6, 2.8],
    [20_000e6, 2.38],
    [Infinity, 1.51],
  ],
};

export function stepped(steps: Steps, many: number): number {
  let [dollars, from] = [0, 0];
  for (const [upTo, perMillion] of steps) {
    dollars += (Math.max(0, Math.min(many, upTo) - from) / 1e6) * perMillion;
    from = upTo;
  }
  return dollars;
}
