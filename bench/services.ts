// What the size of the mesh costs a request: the same requests into a small mesh and into one with ten thousand
// services, side by side in one run. `npx node bench/services.ts [--quick] [--json]`; the goal is within ten percent.
import { parseArgs } from "node:util";
import { machine, versions } from "./machine.ts";
import { measure } from "./measure.ts";
import { meshDocuments, meshRequests, type MeshSize } from "./mesh.ts";
import { startProduct } from "./product.ts";
import { summarise, table } from "./summary.ts";
import type { Variant } from "./variant.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});

const sized = (name: string, size: MeshSize): Variant => ({
  name,
  start: (stage) =>
    startProduct(stage, {
      documents: meshDocuments(size, stage.upstreamPort),
      requests: meshRequests(size, 20),
    }),
});

const variants = [
  sized("10 services, 10 routes", { services: 10, routes: 10 }),
  sized("10000 services, 1000 routes", { services: 10_000, routes: 1000 }),
];
const effort = { rounds: values.quick ? 50 : 300, windowMs: 100, connections: 32, warmUpRounds: 30 };

const rows = summarise(await measure(variants, effort, (line) => console.error(line)));
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), versions: versions(), variants: rows }));
} else {
  console.log(table(rows));
}
