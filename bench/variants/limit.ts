// Variant `limit`: `route`, with one leased limit for each client on every service. It never refuses here: what is
// measured is deciding with quota held in memory, and the questions behind it.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };

/** On everything there is. */
export const limitPolicy: object = {
  apiVersion: "selvage.dev/v1",
  kind: "RateLimitPolicy",
  metadata: { name: "per-client", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    limits: [{ name: "steady", requests: 1_000_000, window: "1s", key: ["client"] }],
  },
};

export const limit = productVariant("limit", (upstreamPort) => ({
  documents: [...meshDocuments(size, upstreamPort), limitPolicy],
  requests: meshRequests(size, 20),
}));
