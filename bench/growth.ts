// What the size of a mesh costs a request: the same requests into a small mesh and a large one, side by side in one
// run. It grows in three ways: services and routes, keys of a limit, and policies on one service.
//   npx node bench/growth.ts [--quick] [--json] [--only services,keys,policies]
import { parseArgs } from "node:util";
import { Connection } from "./load/connection.ts";
import { machine, versions } from "./figures/machine.ts";
import { measure } from "./measure.ts";
import { meshDocuments, meshRequests, type MeshSize } from "./mesh.ts";
import { startProduct } from "./product.ts";
import { summarise, table } from "./figures/summary.ts";
import { get, type Variant } from "./variant.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", default: "services,keys,policies" },
  },
});

const small: MeshSize = { services: 10, routes: 10 };

const services = (name: string, size: MeshSize): Variant => ({
  name,
  start: (stage) =>
    startProduct(stage, { documents: meshDocuments(size, stage.upstreamPort), requests: meshRequests(size, 20) }),
});

/** Each key has been used once before anything is measured; an isolate keeps the 5 000 that were used last. */
const keys = (many: number): Variant => ({
  name: `${many} keys of a limit`,
  start: (stage) =>
    startProduct(stage, {
      documents: [...meshDocuments(small, stage.upstreamPort), perKey],
      requests: async (port) => {
        await sendAll(
          port,
          Array.from({ length: many }, (_, at) => keyed(at)),
        );
        return Array.from({ length: 20 }, (_, at) => keyed(many - 1 - at));
      },
    }),
});

const perKey = {
  apiVersion: "selvage.dev/v1",
  kind: "RateLimitPolicy",
  metadata: { name: "per-key", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    limits: [{ name: "steady", requests: 1_000_000, window: "1s", key: ["header:x-key"] }],
  },
};

/** Of the same length in both meshes: only requests of one shape are compared. */
const keyed = (number: number): string =>
  get("host-0.bench.test", "/api/0/orders/17", { "x-key": String(number).padStart(6, "0") });

/** All of them name the same service, and the request is one that the last of them allows. */
const policies = (many: number): Variant => ({
  name: `${many} policies on a service`,
  start: (stage) =>
    startProduct(stage, {
      documents: [
        ...meshDocuments(small, stage.upstreamPort),
        ...Array.from({ length: many }, (_, number) => ({
          apiVersion: "selvage.dev/v1",
          kind: "AuthorizationPolicy",
          metadata: { name: `allow-${String(number).padStart(5, "0")}`, namespace: "bench" },
          spec: {
            targetRefs: [{ kind: "Service", name: "service-0" }],
            action: "ALLOW",
            rules: [{ to: [{ methods: ["GET"], paths: [`/api/0/orders-${many - 1 - number}/*`] }] }],
          },
        })),
      ],
      requests: [get("bench.test", "/svc/service-0.bench/api/0/orders-0/17")],
    }),
});

const groups: Readonly<Record<string, readonly [Variant, Variant]>> = {
  services: [
    services("10 services, 10 routes", small),
    services("10000 services, 1000 routes", { services: 10_000, routes: 1000 }),
  ],
  keys: [keys(10), keys(values.quick ? 10_000 : 100_000)],
  policies: [policies(10), policies(1000)],
};

const saturated = { rounds: values.quick ? 30 : 200, windowMs: 100, connections: 32, warmUpRounds: 30 };
const only = values.only.split(",");
for (const [group, variants] of Object.entries(groups).filter(([name]) => only.includes(name))) {
  const rows = summarise(await measure(variants, { saturated }, (line) => console.error(`${group}: ${line}`)));
  if (values.json) {
    console.log(JSON.stringify({ group, machine: machine(), versions: versions(), variants: rows }));
  } else {
    console.log(`${table(rows)}\n`);
  }
}

/** Sends each once. A key that is new waits for its coordinator, which is asked about all that wait at once. */
async function sendAll(port: number, requests: readonly string[]): Promise<void> {
  const queue = requests.values();
  const { promise, resolve } = Promise.withResolvers<void>();
  const connections = Array.from({ length: 256 }, () => new Connection(port, next));
  let busy = connections.length;
  await Promise.all(connections.map((one) => one.open()));
  connections.forEach(next);
  await promise;
  connections.forEach((one) => one.close());

  function next(connection: Connection): void {
    const { value } = queue.next();
    if (value !== undefined) {
      connection.send(value);
    } else if ((busy -= 1) === 0) {
      resolve();
    }
  }
}
