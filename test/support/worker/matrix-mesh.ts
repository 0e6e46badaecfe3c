// The mesh that every call of the admin API is tried on: something to force, to preview, to mint and to decide.
import { serviceYaml } from "./admin.ts";

/** Without it there is no breaker to force. */
const GUARD =
  "apiVersion: selvage.dev/v1\nkind: TrafficPolicy\nmetadata: {name: guard, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}\n";

/** Something to preview. */
const QUOTA =
  "---\napiVersion: selvage.dev/v1\nkind: RateLimitPolicy\nmetadata: {name: quota, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: orders}], limits: [{name: l, requests: 5, window: 1s}]}\n";

/** Clients with and without credentials, and contracts to decide. */
const CLIENTS = ["mobile", "till", "kiosk"]
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

export const MATRIX_MESH = GUARD + QUOTA + CLIENTS;
