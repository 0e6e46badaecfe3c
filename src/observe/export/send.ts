// What is on its way to a collector of the operator's: OTLP over HTTP, as JSON. A collector that is slow or gone holds
// up nobody and nothing grows for it: what is beyond the bound is dropped, and counted.

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
  /** What the mesh is called: its trust domain. */
  readonly mesh: string;
  readonly now: () => number;
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
    if (!(await sent(kind, kind.body(batch, to.mesh, exporting.dropped), to))) {
      exporting.dropped += kind.count(batch);
    }
  }
  exporting.busyUntil = Number.NEGATIVE_INFINITY;
}

async function sent({ path }: { readonly path: string }, message: object, to: Collecting): Promise<boolean> {
  const body = JSON.stringify(message);
  const headers = { ...to.headers, "content-type": "application/json" };
  for (let nth = 0; nth < TRIES; nth++) {
    const answer = await post(to, path, { method: "POST", headers, body, redirect: "manual" });
    if (answer !== null && !AGAIN.has(answer.status)) {
      return answer.status >= 200 && answer.status < 300;
    }
    if (nth < TRIES - 1) {
      await to.sleep(answer?.waitMs ?? FIRST_WAIT_MS * 2 ** nth);
    }
  }
  return false;
}

/** null = it could not be reached, or took too long. */
async function post(
  { endpoint, fetch, sleep }: Collecting,
  path: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly waitMs: number | null } | null> {
  try {
    const abort = new AbortController();
    const late = sleep(PATIENCE_MS).then(() => (abort.abort(), null));
    const answer = await Promise.race([fetch(`${endpoint}${path}`, { ...init, signal: abort.signal }), late]);
    if (answer === null) {
      return null;
    }
    await answer.body?.cancel();
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    const waitMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : null;
    return { status: answer.status, waitMs };
  } catch {
    return null;
  }
}
