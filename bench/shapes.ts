// What requests of other shapes cost, each against a bare Worker with the same one: more of the caller's headers,
// bodies that are sent and bodies that are answered.
//   npx node bench/shapes.ts [--quick] [--json]
import { parseArgs } from "node:util";
import { machine, versions } from "./figures/machine.ts";
import { measure } from "./measure.ts";
import { meshDocuments, meshRequests } from "./mesh.ts";
import { startProduct } from "./product.ts";
import { summarise, table } from "./figures/summary.ts";
import { get, type Variant } from "./variant.ts";
import { bare } from "./variants/bare.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});

const size = { services: 10, routes: 100 };
const MIB = 2 ** 20;

/** `many` headers in all, as a browser and its proxies send them; `Host` is one. */
function withHeaders(many: number): string[] {
  const more = Array.from({ length: many - 3 }, (_, at) => [`x-header-${at}`, `value-${at}-${"v".repeat(20)}`]);
  return meshRequests(size, 20, Object.fromEntries(more));
}

const sending = (bytes: number): string[] =>
  [0, 1, 2, 3].map((number) => {
    const head = get(`host-${number}.bench.test`, `/api/${number}/health`, { "content-length": String(bytes) });
    return `${head.replace("GET", "PUT")}${"x".repeat(bytes)}`;
  });

const receiving = (bytes: number): string[] =>
  [0, 1, 2, 3].map((number) => get(`host-${number}.bench.test`, `/api/${number}/health?bytes=${bytes}`));

const shapes: Readonly<Record<string, readonly string[]>> = {
  "3 headers": withHeaders(3),
  "12 headers": withHeaders(12),
  "25 headers": withHeaders(25),
  "sends 1 KiB": sending(1024),
  "sends 1 MiB": sending(MIB),
  "answered 1 KiB": receiving(1024),
  "answered 1 MiB": receiving(MIB),
};

const variants: readonly Variant[] = [
  bare,
  ...Object.entries(shapes).map(([name, requests]) => ({
    name,
    start: (stage: Parameters<Variant["start"]>[0]) =>
      startProduct(stage, { documents: meshDocuments(size, stage.upstreamPort), requests }),
  })),
];

const rounds = values.quick ? 7 : 40;
const loads = {
  saturated: { rounds, windowMs: 150, connections: 16, warmUpRounds: values.quick ? 4 : 15 },
  one: { rounds, windowMs: 150, connections: 1, warmUpRounds: 1 },
};
const rows = summarise(await measure(variants, loads, (line) => console.error(line)));
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), versions: versions(), variants: rows }));
} else {
  console.log(table(rows));
}
