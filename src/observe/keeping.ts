// Requests that are kept: a bounded number of them waits in the isolate, and leaves it a moment later behind an
// answer, all of a namespace in one call. What is too much is counted, of each namespace by itself: one that is
// flooded takes no place of another.
import type { Reads } from "../decide/route/reads.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import type { HeldWatch } from "../decide/trace/watching.ts";
import type { WatchCounts, Receipt, ReceiptAnswer } from "../model/message/receipt.ts";

/** A request that ended, but for what takes time to make of it. */
interface KeptRequest {
  readonly receipt: Omit<Receipt, "read">;
  /** `header:x-tenant` and the like with their values: digested before they leave. */
  readonly read: readonly (readonly [name: string, value: string])[];
}

interface Waiting {
  readonly drafts: KeptRequest[];
  dropped: number;
  /** Of those, there only for watchers. */
  watched: number;
  /** How many fitted each watch, whether there was room or not. */
  readonly matched: Map<string, number>;
}

export interface Keeping {
  /** Requests that were looked at whether they are of the share that is traced. */
  seen: number;
  /** By the namespace that they went to; empty = none. */
  readonly waiting: Map<string, Waiting>;
  /** What the rules of a snapshot read, as it was found when first asked. */
  readonly reads: WeakMap<Snapshot, Reads>;
  /** Who watches just now; empty = nobody, and then a request costs nothing more. */
  watches: readonly HeldWatch[];
  /** Until then somebody waits to send. */
  waitsUntil: number;
}

interface Around {
  readonly requests: {
    getByName(name: string): { keep(receipts: readonly Receipt[], dropped: number, matched?: WatchCounts): unknown };
  };
  readonly ctx: { waitUntil(work: Promise<unknown>): void };
  readonly ports: { now(): number; sleep(ms: number): Promise<void> };
  /** null = the mesh's keys cannot be had: then no digest is kept. */
  readonly digest: (value: string) => Promise<string | null>;
  /** Others who want to hear of them. */
  readonly also?: (receipts: readonly Receipt[]) => Promise<void>;
}

const INTERVAL_MS = 1000;
const GRACE_MS = 1000;
/** Of one namespace, between two calls. */
const MOST_WAITING = 50;
/** The same of those that are there only for watchers: they take no place of what is kept. */
const MOST_WATCHED = 50;
/** Namespaces are known by the services that are there; this is for a mesh beyond all measure. */
const MOST_NAMESPACES = 200;

export const newKeeping = (seen: number): Keeping => ({
  seen,
  waiting: new Map(),
  watches: [],
  reads: new WeakMap(),
  waitsUntil: Number.NEGATIVE_INFINITY,
});

/** Whether this request is of the share. @param every one of so many; 0 = none */
export function isSampled(counter: { seen: number }, every: number): boolean {
  counter.seen += 1;
  return every > 0 && (counter.seen - 1) % every === 0;
}

/** @returns whether there is room for it; it is counted otherwise */
export function hasRoom({ waiting }: Keeping, namespace: string): boolean {
  const held = waiting.get(namespace);
  if (held === undefined) {
    return waiting.size < MOST_NAMESPACES;
  }
  if (held.drafts.length - held.watched < MOST_WAITING) {
    return true;
  }
  held.dropped += 1;
  return false;
}

/** Whether there is room for one that is there only for watchers. */
export function hasRoomToWatch({ waiting }: Keeping, namespace: string): boolean {
  const held = waiting.get(namespace);
  return held === undefined ? waiting.size < MOST_NAMESPACES : held.watched < MOST_WATCHED;
}

/** @param draft null = only counted, for those who watch */
export function put(
  keeping: Keeping,
  namespace: string,
  draft: KeptRequest | null,
  watchers: readonly string[],
  around: Around,
): void {
  const held: Waiting = keeping.waiting.get(namespace) ?? { drafts: [], dropped: 0, watched: 0, matched: new Map() };
  keeping.waiting.set(namespace, held);
  for (const id of watchers) {
    held.matched.set(id, (held.matched.get(id) ?? 0) + 1);
  }
  if (draft !== null) {
    held.drafts.push(draft);
    held.watched += draft.receipt.keptFor === "watched" ? 1 : 0;
  }
  const now = around.ports.now();
  if (now < keeping.waitsUntil) {
    return;
  }
  keeping.waitsUntil = now + INTERVAL_MS + GRACE_MS;
  around.ctx.waitUntil(around.ports.sleep(INTERVAL_MS).then(() => sendKept(keeping, around)));
}

/** Never rejects: what cannot be kept is gone, and no request knows. */
async function sendKept(keeping: Keeping, around: Around): Promise<void> {
  const taken = [...keeping.waiting];
  keeping.waiting.clear();
  keeping.waitsUntil = Number.NEGATIVE_INFINITY;
  const all: Receipt[] = [];
  await Promise.all(
    taken.map(async ([namespace, { drafts, dropped, matched }]) => {
      const receipts = await Promise.all(drafts.map((draft) => digested(draft, around)));
      all.push(...receipts.filter(({ keptFor }) => keptFor !== "watched"));
      const counts = matched.size === 0 ? undefined : Object.fromEntries(matched);
      try {
        await around.requests.getByName(requestsObject(namespace)).keep(receipts, dropped, counts);
      } catch {
        // The object cannot be reached: nobody waits for it.
      }
    }),
  );
  await around.also?.(all);
}

async function digested({ receipt, read }: KeptRequest, { digest }: Around): Promise<Receipt> {
  const digests = await Promise.all(read.map(async ([name, value]) => [name, await digest(value)] as const));
  const known = digests.filter((one): one is readonly [string, string] => one[1] !== null);
  return { ...receipt, read: Object.fromEntries(known) };
}

/** One object for what went to a namespace; of what went nowhere, one for the mesh. */
export function requestsObject(namespace: string): string {
  return namespace === "" ? "-" : namespace;
}

export const NOTHING_KEPT: ReceiptAnswer = { receipts: [], dropped: 0 };
