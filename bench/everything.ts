// Variant `everything`: all features that exist, on every request at once.
import { guardPolicy } from "./breaker.ts";
import { limitPolicy } from "./limit.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { startProduct } from "./product.ts";
import type { Variant } from "./variant.ts";

const size = { services: 10, routes: 100 };

export const everything: Variant = {
  name: "everything",
  start: (stage) =>
    startProduct(stage, {
      documents: [...meshDocuments(size, stage.upstreamPort), limitPolicy, guardPolicy],
      requests: meshRequests(size, 20),
    }),
};
