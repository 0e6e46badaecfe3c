// What is on its way to a collector of the operator's: OTLP over HTTP, as JSON or protobuf. A collector that is slow or
// gone holds up nobody and nothing grows for it: what is beyond the bound is dropped, and counted.
import { answerOf, type CollectorAnswer } from "./answer.ts";

export interface Exporting<Item> {
  readonly waiting: Item[];
  /** What no collector will get. */
  dropped: number;
  /** Until then somebody sends; past it, that request was cancelled. */
  busyUntil: number;
}

/** What is sent: which kind of it, and how much at a time. */
export interface Exported<Item> {
  readonly path: "/v1/traces" | "/v1/logs" | "/v1/metrics";
  readonly mostWaiting: number;
  readonly mostAtOnce: number;
  /** Items are collected for so long before the first of them leaves. */
  readonly gatherMs: number;
  /** As many as are counted when they are dropped. */
  readonly count: (items: readonly Item[]) => number;
  readonly body: (items: readonly Item[], mesh: string, dropped: number) => object;
}

export interface Collecting {
  /** `https://collector.example:4318`; `/v1/traces` and the like are put behind it. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/json" | "http/protobuf";
  /** What the mesh is called: its trust domain. */
  readonly mesh: string;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const TRIES = 4;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const PATIENCE_MS = 10_000;
/** OTLP/HTTP: these may be sent again; any other refusal is final. */
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export const newExporting = <Item>(): Exporting<Item> => ({
  waiting: [],
  dropped: 0,
  busyUntil: Number.NEGATIVE_INFINITY,
});

/** Takes in what is to be sent, and sends it unless somebody does. Never rejects. */
export async function exportItems<Item>(
  exporting: Exporting<Item>,
  items: readonly Item[],
  kind: Exported<Item>,
  to: Collecting,
): Promise<void> {
  const room = kind.mostWaiting - exporting.waiting.length;
  exporting.waiting.push(...items.slice(0, room));
  exporting.dropped += kind.count(items.slice(room));
  if (to.now() < exporting.busyUntil) {
    return;
  }
  exporting.busyUntil = to.now() + kind.gatherMs + LONGEST_WAIT_MS;
  if (kind.gatherMs > 0) {
    await to.sleep(kind.gatherMs);
  }
  while (exporting.waiting.length > 0) {
    exporting.busyUntil = to.now() + PATIENCE_MS + LONGEST_WAIT_MS;
    const batch = exporting.waiting.splice(0, kind.mostAtOnce);
    const most = kind.count(batch);
    exporting.dropped += await lostOf(kind.path, kind.body(batch, to.mesh, exporting.dropped), most, to);
  }
  exporting.busyUntil = Number.NEGATIVE_INFINITY;
}

/** @returns how many of `most` no collector has */
async function lostOf(path: string, message: object, most: number, to: Collecting): Promise<number> {
  const { body, type } = await written(message, to.protocol);
  const headers = { ...to.headers, "content-type": type };
  for (let nth = 0; nth < TRIES; nth++) {
    const answer = await post(to, path, { method: "POST", headers, body, redirect: "manual" }, most);
    if (answer !== null && !AGAIN.has(answer.status)) {
      return answer.status >= 200 && answer.status < 300 ? notTaken(path, answer) : most;
    }
    if (nth < TRIES - 1) {
      await to.sleep(answer?.waitMs ?? Math.round(FIRST_WAIT_MS * 2 ** nth * (1 + to.random() / 2)));
    }
  }
  return most;
}

/** What it took is not sent again, and neither is the rest: which it was is not said. */
function notTaken(path: string, { rejected, message }: CollectorAnswer): number {
  if (rejected > 0 || message !== "") {
    const text = `The collector did not take ${rejected} of what was sent to ${path}: ${message}`;
    // oxlint-disable-next-line no-console -- whoever set the collector up has no other place to hear of it
    console.warn(JSON.stringify({ level: "warn", at: "otlp", message: text }));
  }
  return rejected;
}

async function written(
  message: object,
  protocol: Collecting["protocol"],
): Promise<{ readonly body: string | Uint8Array<ArrayBuffer>; readonly type: string }> {
  if (protocol === "http/json") {
    return { body: JSON.stringify(message), type: "application/json" };
  }
  const { protobufOf } = await import("./protobuf.ts");
  return { body: protobufOf(message), type: "application/x-protobuf" };
}

/** null = it could not be reached, or took too long. */
async function post(
  { endpoint, fetch, sleep, now }: Collecting,
  path: string,
  init: RequestInit,
  most: number,
): Promise<CollectorAnswer | null> {
  try {
    const abort = new AbortController();
    const late = sleep(PATIENCE_MS).then(() => (abort.abort(), null));
    const answered = fetch(`${endpoint}${path}`, { ...init, signal: abort.signal }).then((response) =>
      answerOf(response, most, now()),
    );
    answered.catch(() => undefined);
    return await Promise.race([answered, late]);
  } catch {
    return null;
  }
}
