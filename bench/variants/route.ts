// Variant `route`: a mesh that only routes. Canonical path, HTTPRoute match among a hundred, weighted backend,
// endpoint, header hygiene, forward; no policy beyond the defaults.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };

export const route = productVariant("route", (upstreamPort) => ({
  documents: meshDocuments(size, upstreamPort),
  requests: meshRequests(size, 20),
}));
