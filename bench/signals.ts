// What counting costs: a request in its isolate, and a report in the object that adds it up, without the platform's own
// call and write; and what its memory holds. `npx node --expose-gc bench/signals.ts`
import { levelsOf, newSignalCoordinator, takeReport } from "../src/decide/signals/coordinator.ts";
import { otherLabels } from "../src/decide/signals/other.ts";
import { pack } from "../src/decide/signals/slot.ts";
import type { SignalRow } from "../src/model/message/signals.ts";
import { Signals } from "../src/observe/signals.ts";

const NOW = Date.UTC(2026, 0, 1);
const ROUNDS = 3_000_000;
const REPORTS = 20_000;
const DISTINCT = 1_000_000;

function countCost(): number {
  const signals = new Signals();
  const { met } = signals;
  const endpoints = Array.from({ length: 20 }, (_, nth) => ({ id: `e${nth}` }));
  const callers = Array.from({ length: 10 }, (_, nth) => `spiffe://mesh.local/ns/shop/sa/caller-${nth}`);
  const begun = performance.now();
  for (let nth = 0; nth < ROUNDS; nth++) {
    met.by = endpoints[nth % 20] ?? "";
    met.caller = callers[nth % 10] ?? "";
    met.service = "shop/cart";
    met.route = "Service/shop/cart";
    met.status = 200;
    met.decision = "forwarded";
    const row = signals.find(met) ?? signals.make(met, { ...otherLabels(met.service), caller: met.caller });
    signals.count(row, nth % 500, 1, NOW);
  }
  return ((performance.now() - begun) * 1e6) / ROUNDS;
}

function reportCost(rowsOfOne: number): { readonly micros: number; readonly slotBytes: number } {
  const coordinator = newSignalCoordinator(levelsOf(), NOW);
  const rows = Array.from({ length: rowsOfOne }, (_, nth): SignalRow => ({
    ...otherLabels(`shop/s${nth % 10}`),
    endpoint: `e${nth}`,
    caller: "anonymous",
    decision: "forwarded",
    policy: "",
    status: 200,
    count: 100,
    sumMs: 3000,
    tries: 100,
    buckets: [5, 30, 10, 40, 20, 20, 30, 10],
  }));
  const begun = performance.now();
  for (let nth = 0; nth < REPORTS; nth++) {
    const at = NOW + nth * 5;
    const batch = { seq: Math.floor(nth / 1000) + 1, from: at, to: at, rows };
    takeReport(coordinator, { isolate: `i${nth % 1000}`, batches: [batch], lost: [] }, at, () => null);
  }
  const micros = ((performance.now() - begun) * 1000) / REPORTS;
  const [first] = coordinator.slots.values();
  return { micros, slotBytes: first === undefined ? 0 : JSON.stringify(pack(first.slot)).length };
}

/** Heap that an isolate's counts hold after a million callers, and as many paths that no rule knows, each but once. */
function held(): string {
  const before = heapMiB();
  const signals = new Signals();
  const { met } = signals;
  for (let nth = 0; nth < DISTINCT; nth++) {
    met.by = `policy-${nth}`;
    met.caller = `spiffe://mesh.local/ns/shop/sa/caller-${nth}`;
    met.service = `shop/s-${nth % 500}`;
    met.route = `HTTPRoute/shop/r-${nth}/0`;
    met.status = 200;
    met.decision = "forwarded";
    signals.named.requestId = `request-${nth}`;
    const row = signals.find(met) ?? signals.make(met, { ...otherLabels(met.service), caller: met.caller });
    signals.count(row, nth % 500, 1, NOW);
  }
  const { size } = signals;
  const grown = heapMiB() - before;
  const requests = signals.take().reduce((sum, { count }) => sum + count, 0);
  return `${DISTINCT} distinct callers and routes: ${size} rows, ${grown.toFixed(1)} MiB of heap, ${requests} requests counted`;
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const lines = [
  held(),
  `a request in its isolate: ${countCost().toFixed(0)} ns`,
  ...[20, 200].map((rows) => {
    const { micros, slotBytes } = reportCost(rows);
    return `a report of ${rows} rows in its object: ${micros.toFixed(0)} µs, ${Math.floor(1e6 / micros)} a second; ten seconds stored: ${slotBytes} bytes`;
  }),
];
// oxlint-disable-next-line no-console -- a bench prints
console.log(lines.join("\n"));
