// Variant `breaker`: `route`, with a circuit breaker, outlier ejection and retries guarding every service. Nothing
// fails here: what is measured is counting, and the reports behind it.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };

/** On everything there is. */
export const guardPolicy: object = {
  apiVersion: "selvage.dev/v1",
  kind: "TrafficPolicy",
  metadata: { name: "guard", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    timeouts: { request: "15s", perTry: "5s" },
    retry: { attempts: 1, on: ["connect-failure", "gateway-error"] },
    circuitBreaker: { window: "10s", minRequests: 20, failurePercent: 50 },
    outlierDetection: { consecutiveFailures: 5 },
  },
};

export const breaker = productVariant("breaker", (upstreamPort) => ({
  documents: [...meshDocuments(size, upstreamPort), guardPolicy],
  requests: meshRequests(size, 20),
}));
