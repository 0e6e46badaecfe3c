// How long a large mesh takes to be applied and to serve: 10 000 services and 1 000 HTTPRoutes by default, through the
// admin API of a local mesh, in as many calls as the body limit asks for.
//   npx node bench/scale.ts [--services 10000] [--routes 1000] [--json]
import { parseArgs } from "node:util";
import type { ApplyResult } from "../src/model/api/apply.ts";
import { MAX_BODY_BYTES } from "../src/model/api/resource.ts";
import { createClient, type ApiClient } from "../src/cli/session/client.ts";
import { startBackend } from "../test/support/backend.ts";
import { startMesh } from "../test/support/mesh.ts";

interface ScaleFigures {
  readonly services: number;
  readonly routes: number;
  readonly calls: number;
  /** All calls together, milliseconds. */
  readonly totalMs: number;
  /** The last of them: a few hundred documents onto an almost full mesh. */
  readonly lastCallMs: number;
  /** One weight of one route changed on the full mesh, until the answer. */
  readonly oneChangeMs: number;
  /** From that answer until the new weight decides requests. */
  readonly servedMs: number;
  /** One request on the full mesh: median of 200. */
  readonly requestMs: number;
}

const NAMESPACES = 20;
const serviceName = (index: number): string => `service-${index}`;
const namespaceOf = (index: number): string => `team-${index % NAMESPACES}`;

function serviceDocument(index: number, url: string): object {
  return {
    apiVersion: "selvage.dev/v1",
    kind: "Service",
    metadata: { name: serviceName(index), namespace: namespaceOf(index) },
    spec: {
      exposure: "public",
      endpoints: [
        { url, version: "v1" },
        { url, version: "v2" },
      ],
    },
  };
}

function routeDocument(index: number, services: number, weights: readonly [number, number]): object {
  const service = index % services;
  const backend = (version: string, weight: number): object => ({
    name: serviceName(service),
    port: 80,
    version,
    weight,
  });
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: `route-${index}`, namespace: namespaceOf(service) },
    spec: {
      rules: [
        {
          name: "all",
          matches: [{ path: { type: "PathPrefix", value: `/app-${index}` } }],
          filters: [
            {
              type: "ResponseHeaderModifier",
              responseHeaderModifier: { set: [{ name: "x-weights", value: weights.join("-") }] },
            },
          ],
          backendRefs: [backend("v1", weights[0]), backend("v2", weights[1])],
        },
      ],
    },
  };
}

/** Bodies of at most nine tenths of the limit. */
function chunks(documents: readonly object[]): object[][] {
  const made: object[][] = [[]];
  let bytes = 0;
  for (const document of documents) {
    const size = JSON.stringify(document).length + 1;
    if (bytes + size > MAX_BODY_BYTES * 0.9) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1)?.push(document);
    bytes += size;
  }
  return made;
}

async function apply(client: ApiClient, items: readonly object[]): Promise<number> {
  const started = performance.now();
  const answer = await client.call<ApplyResult>("POST", "/apply", { body: { items } });
  if (!answer.ok) {
    throw new Error(answer.failure.message);
  }
  return performance.now() - started;
}

async function measure(services: number, routes: number, log: (line: string) => void): Promise<ScaleFigures> {
  const [mesh, backend] = await Promise.all([startMesh(), startBackend("one")]);
  try {
    const client = createClient({ server: mesh.url, token: mesh.token, timeoutMs: 300_000 });
    const bodies = chunks([
      ...Array.from({ length: services }, (_, index) => serviceDocument(index, backend.url)),
      ...Array.from({ length: routes }, (_, index) => routeDocument(index, services, [90, 10])),
    ]);
    const times: number[] = [];
    for (const [index, items] of bodies.entries()) {
      times.push(await apply(client, items));
      log(`call ${index + 1}/${bodies.length}: ${items.length} documents in ${Math.round(times.at(-1) ?? 0)} ms`);
    }
    await until(`${mesh.url}/app-0/x`, "90-10");
    const oneChangeMs = await apply(client, [routeDocument(0, services, [0, 100])]);
    const servedMs = await until(`${mesh.url}/app-0/x`, "0-100");
    const requests: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const started = performance.now();
      await (await fetch(`${mesh.url}/app-${index % routes}/x`)).arrayBuffer();
      requests.push(performance.now() - started);
    }
    return {
      services,
      routes,
      calls: bodies.length,
      totalMs: Math.round(times.reduce((sum, one) => sum + one, 0)),
      lastCallMs: Math.round(times.at(-1) ?? 0),
      oneChangeMs: Math.round(oneChangeMs),
      servedMs: Math.round(servedMs),
      requestMs: Number((requests.toSorted((a, b) => a - b)[100] ?? 0).toFixed(2)),
    };
  } finally {
    await mesh.stop();
    await backend.close();
  }
}

/** Milliseconds until the route answers with these weights. */
async function until(url: string, weights: string): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 30_000) {
    const response = await fetch(url);
    await response.arrayBuffer();
    if (response.headers.get("x-weights") === weights) {
      return performance.now() - started;
    }
  }
  throw new Error(`${url} does not answer with the weights ${weights}`);
}

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "10000" },
    routes: { type: "string", default: "1000" },
    json: { type: "boolean", default: false },
  },
});
const figures = await measure(Number(values.services), Number(values.routes), (line) => console.error(line));
if (values.json) {
  console.log(JSON.stringify(figures));
} else {
  console.table(figures);
}
