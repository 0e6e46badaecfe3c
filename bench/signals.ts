// What counting costs: a request in its isolate, and a report in the object that adds it up, without the platform's own
// call and write. `npx node bench/signals.ts`
import { levelsOf, newSignalCoordinator, takeReport } from "../src/decide/signals/coordinator.ts";
import { otherLabels } from "../src/decide/signals/other.ts";
import { pack } from "../src/decide/signals/slot.ts";
import type { SignalRow } from "../src/model/message/signals.ts";
import { Signals } from "../src/observe/signals.ts";

const NOW = Date.UTC(2026, 0, 1);
const ROUNDS = 3_000_000;
const REPORTS = 20_000;

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

const lines = [
  `a request in its isolate: ${countCost().toFixed(0)} ns`,
  ...[20, 200].map((rows) => {
    const { micros, slotBytes } = reportCost(rows);
    return `a report of ${rows} rows in its object: ${micros.toFixed(0)} µs, ${Math.floor(1e6 / micros)} a second; ten seconds stored: ${slotBytes} bytes`;
  }),
];
// oxlint-disable-next-line no-console -- a bench prints
console.log(lines.join("\n"));
