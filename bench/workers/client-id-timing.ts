// Does a client id that exists take longer to be refused than one that does not? `node
// bench/workers/client-id-timing.ts` prints medians and the two-sided p of a Mann-Whitney test over 10 000 refusals
// each, in random order, of the stage's own check. In one process, without a network: any difference shows here first.
// It measures; it asserts nothing.
import { newIsolateState } from "../../src/isolate/state.ts";
import type { Client } from "../../src/model/snapshot/access.ts";
import { checkClient } from "../../src/proxy/identity/check-client.ts";
import type { Exchange } from "../../src/proxy/exchange/exchange.ts";

const SAMPLES = 10_000;
const WARM_UP = 4000;
const CLIENTS = 1000;

const algorithm = { name: "HMAC", hash: "SHA-256" };
const pepper = await crypto.subtle.importKey("raw", crypto.getRandomValues(new Uint8Array(32)), algorithm, false, [
  "sign",
]);
const secrets = [{ digest: "A".repeat(43), expiresAtMs: null }];
const clients: Record<string, Client> = {};
for (let nth = 0; nth < CLIENTS; nth++) {
  clients[id("known", nth)] = { kind: "Application", namespace: "shop", name: `app-${nth}`, secrets };
}

function id(family: "known" | "other", nth: number): string {
  return `${family}-${String(nth).padStart(8, "0")}`;
}

/** Only what the check reads. A new state for each: after twenty refusals it would not look any more. */
function exchange(): Exchange {
  return {
    ports: { keys: () => ({ pepper }) },
    env: { TRUST_DOMAIN: "mesh.local" },
    ctx: {},
    live: { snapshot: { identities: { clients } } },
    admitted: { clientAddress: "192.0.2.1" },
    state: newIsolateState("bench"),
  } as unknown as Exchange; // The rest of an exchange has no part in it.
}

async function refusalMs(family: "known" | "other"): Promise<number> {
  const one = exchange();
  const credentials = { id: id(family, Math.floor(Math.random() * CLIENTS)), secret: crypto.randomUUID(), headers: [] };
  const from = performance.now();
  const checked = await checkClient(one, credentials, 0);
  const ms = performance.now() - from;
  if (checked.is !== "bad") {
    throw new Error(`expected a refusal, not ${checked.is}`);
  }
  return ms;
}

const samples = { known: [] as number[], other: [] as number[] };
for (let nth = 0; nth < WARM_UP; nth++) {
  await refusalMs(nth % 2 === 0 ? "known" : "other");
}
// In pairs, each in random order: what the machine does meanwhile hits both alike.
for (let nth = 0; nth < SAMPLES; nth++) {
  const [first, second] = Math.random() < 0.5 ? (["known", "other"] as const) : (["other", "known"] as const);
  samples[first].push(await refusalMs(first));
  samples[second].push(await refusalMs(second));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Two-sided p, by the normal approximation with ties. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, mine: true })), ...b.map((value) => ({ value, mine: false }))];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let tied = 0;
  for (let at = 0; at < all.length;) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) {
      end++;
    }
    const size = end - at;
    tied += size ** 3 - size;
    rankSum += all.slice(at, end).filter(({ mine }) => mine).length * ((at + end + 1) / 2);
    at = end;
  }
  const n = a.length + b.length;
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const spread = Math.sqrt(((a.length * b.length) / 12) * (n + 1 - tied / (n * (n - 1))));
  return erfc(Math.abs(u - (a.length * b.length) / 2) / spread / Math.SQRT2);
}

/** Abramowitz and Stegun 7.1.26: within 1.5e-7. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return series * Math.exp(-x * x);
}

const us = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;
console.log(`known id:   median ${us(median(samples.known))} over ${samples.known.length} refusals`);
console.log(`unknown id: median ${us(median(samples.other))} over ${samples.other.length} refusals`);
console.log(`Mann-Whitney, two-sided: p = ${mannWhitney(samples.known, samples.other).toFixed(4)}`);
