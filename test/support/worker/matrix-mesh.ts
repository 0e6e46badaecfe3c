// What the mesh needs to hold so that an admin may make each call of the API once.
import { serviceYaml, type Sent } from "./admin.ts";

/** Without it there is no breaker to force. */
export const GUARD =
  "apiVersion: selvage.dev/v1\nkind: TrafficPolicy\nmetadata: {name: guard, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}\n";

/** Something to preview. */
export const QUOTA =
  "---\napiVersion: selvage.dev/v1\nkind: RateLimitPolicy\nmetadata: {name: quota, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], limits: [{name: l, requests: 5, window: 1s}]}\n";

/** Something to promote. */
export const ROLLOUT =
  "---\napiVersion: selvage.dev/v1\nkind: Rollout\nmetadata: {name: orders, namespace: shop}\nspec: {service: orders, stable: v1, canary: v2, steps: [{weight: 1}, {weight: 100}]}\n";

export const ROLLOUT_CALLS: Readonly<Record<string, readonly [path: string, sent?: Sent]>> = {
  listRollouts: ["/rollouts"],
  pauseRollout: ["/rollouts/shop/orders/pause", { body: { reason: "drill" } }],
  resumeRollout: ["/rollouts/shop/orders/resume"],
  promoteRollout: ["/rollouts/shop/orders/promote", { body: { full: true } }],
  abortRollout: ["/rollouts/shop/orders/abort"],
  retryRollout: ["/rollouts/shop/orders/retry"],
};

/** Clients with and without credentials, and contracts to decide. */
export const CLIENTS = ["mobile", "till", "kiosk"]
  .map((name) => `---\n{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}, namespace: shop}}\n`)
  .concat(
    ["worker", "cron"].map((name) => serviceYaml(name)),
    "---\n{apiVersion: selvage.dev/v1, kind: Tier, metadata: {name: gold, namespace: shop}, spec: {service: orders, limits: [{name: l, requests: 5, window: 1m}]}}\n",
    ["mobile", "till"].map(
      (name) =>
        `---\n{apiVersion: selvage.dev/v1, kind: Contract, metadata: {name: ${name}-orders, namespace: shop}, spec: {application: ${name}, service: orders, tier: gold}}\n`,
    ),
  )
  .join("");
