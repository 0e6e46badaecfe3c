// Variants `silent`, `telemetry` and `traces`: the mesh of `route` that counts and keeps nothing; that counts; and that
// keeps what fails and traces one request in a hundred. `route` does both.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";
import type { Variant } from "../variant.ts";

const size = { services: 10, routes: 100 };

const observed = (name: string, without: readonly string[]): Variant =>
  productVariant(name, (upstreamPort) => ({
    documents: meshDocuments(size, upstreamPort),
    requests: meshRequests(size, 20),
    vars: { TRACE_PERCENT: "1" },
    without,
  }));

export const silent = observed("silent", ["TELEMETRY", "REQUESTS"]);
export const telemetry = observed("telemetry", ["REQUESTS"]);
export const traces = observed("traces", ["TELEMETRY"]);
