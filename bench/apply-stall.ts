// How long a change of a large mesh holds up requests that have nothing to do with it: the slowest of them while the
// mesh is quiet, and while one of its routes is applied again and again.
//   npx node bench/apply-stall.ts [--services 10000] [--routes 1000] [--changes 10] [--together] [--json]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startUpstream } from "./load/children.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { Paced } from "./load/paced.ts";
import { apply, startProduct } from "./product.ts";
import { median } from "./figures/summary.ts";

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "10000" },
    routes: { type: "string", default: "1000" },
    changes: { type: "string", default: "10" },
    together: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const size = { services: Number(values.services), routes: Number(values.routes) };
const dir = mkdtempSync(join(tmpdir(), "selvage-bench-"));
const upstream = await startUpstream();
const documents = meshDocuments(size, upstream.port);
const layout = values.together ? "together" : "apart";
const subject = await startProduct(
  { dir, upstreamPort: upstream.port },
  { documents, requests: meshRequests(size, 20), layout },
);
const paced = new Paced(subject.port, subject.requests, 200, 32);
try {
  await paced.during(2000);
  const quiet: number[] = [];
  const busy: number[] = [];
  const applies: number[] = [];
  for (let change = 0; change < Number(values.changes); change += 1) {
    quiet.push(Math.max(...(await paced.during(1500))));
    // Isolates take the new revision over within two seconds.
    const [latencies, tookMs] = await Promise.all([paced.during(3500), timed(change)]);
    busy.push(Math.max(...latencies));
    applies.push(tookMs);
  }
  const figures = {
    ...size,
    layout,
    changes: applies.length,
    applyMs: Math.round(median(applies)),
    slowestQuietMs: { median: round(median(quiet)), most: round(Math.max(...quiet)) },
    slowestDuringMs: { median: round(median(busy)), most: round(Math.max(...busy)) },
  };
  console.log(values.json ? JSON.stringify(figures) : figures);
} finally {
  paced.close();
  await Promise.all([subject.stop(), upstream.stop()]);
  rmSync(dir, { recursive: true, force: true });
}

/** The mesh's first route under another annotation: everything is compiled anew, and nobody is routed elsewhere. */
function changed(nth: number): object {
  const route = documents[size.services] as { metadata: object };
  return { ...route, metadata: { ...route.metadata, annotations: { change: String(nth) } } };
}

async function timed(nth: number): Promise<number> {
  const begun = performance.now();
  await apply(subject.port, [changed(nth)]);
  return performance.now() - begun;
}

function round(ms: number): number {
  return Number(ms.toFixed(1));
}
