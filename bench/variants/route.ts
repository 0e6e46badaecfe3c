// Variant `route`: a mesh that only routes. Canonical path, HTTPRoute match among a hundred, weighted backend,
// endpoint, header hygiene, forward; no policy beyond the defaults.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { startProduct } from "../product.ts";
import type { Variant } from "../variant.ts";

const size = { services: 10, routes: 100 };

export const route: Variant = {
  name: "route",
  start: (stage) =>
    startProduct(stage, {
      documents: meshDocuments(size, stage.upstreamPort),
      requests: meshRequests(size, 20),
    }),
};
