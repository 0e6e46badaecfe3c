// Who watches requests as they end: a bounded number, each for a bounded time. Nobody has to take a watch back.
import type { EndedRequest } from "../../model/message/receipt.ts";
import type { RequestFilter, Watch } from "../../model/message/watch.ts";

/** Each costs every isolate a comparison for each request. */
const MOST_WATCHES = 8;

/** A watch that is told, and when it ends. */
export interface HeldWatch {
  readonly watch: Watch;
  readonly until: number;
}

/**
 * Where all places are taken, whoever has the most of them gives one to who would still have fewer.
 * @returns null = there is no room: those who watch already go on
 */
export function withWatch(held: readonly HeldWatch[], watch: Watch, now: number): readonly HeldWatch[] | null {
  const others = held.filter((one) => one.until > now && one.watch.id !== watch.id);
  const room = others.length < MOST_WATCHES ? others : withoutOneOfMost(others, watch.by);
  return room && [...room, { watch, until: now + watch.forMs }];
}

function withoutOneOfMost(held: readonly HeldWatch[], by: string | undefined): readonly HeldWatch[] | null {
  const places = Map.groupBy(held, (one) => one.watch.by);
  const most = [...places.values()].reduce((a, b) => (b.length > a.length ? b : a));
  const hasFewer = (places.get(by)?.length ?? 0) + 1 < most.length;
  return hasFewer ? held.filter((one) => one !== most[0]) : null;
}

/** Those that go on, with how long they do. */
export function watchesLeft(held: readonly HeldWatch[], now: number): readonly Watch[] {
  return held.flatMap(({ watch, until }) => (until > now ? [{ ...watch, forMs: until - now }] : []));
}

/** As an isolate heard of them. @param sentAt when it asked */
export function heldSince(watches: readonly Watch[], sentAt: number): readonly HeldWatch[] {
  return watches.slice(0, MOST_WATCHES).map((watch) => ({ watch, until: sentAt + watch.forMs }));
}

/** Ids of those who want to see it. @param namespace that it went to; empty = none */
export function watchersOf(
  held: readonly HeldWatch[],
  ended: EndedRequest,
  namespace: string,
  now: number,
): readonly string[] {
  return held.flatMap(({ watch, until }) =>
    until > now && (watch.namespaces?.includes(namespace) ?? true) && fitsFilter(watch, ended) ? [watch.id] : [],
  );
}

export function fitsFilter(
  { service, leastStatus, method, path, caller }: RequestFilter,
  ended: Pick<EndedRequest, "service" | "status" | "method" | "path" | "caller">,
): boolean {
  return (
    (service === undefined || ended.service === service) &&
    (leastStatus === undefined || ended.status >= leastStatus) &&
    (method === undefined || ended.method === method) &&
    (path === undefined || ended.path.startsWith(path)) &&
    (caller === undefined || ended.caller === caller)
  );
}
