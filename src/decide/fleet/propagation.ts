// Where a revision has arrived, from the receipts of those who asked lately. An isolate that sleeps gives no receipt:
// it asks before it decides anything again.
import type { Propagation } from "../../model/api/registry.ts";
import type { PollQuestion } from "../../model/message/propagation.ts";
import { CHECK_FIRST_MS } from "./freshness.ts";

interface SeenIsolate {
  readonly isolate: string;
  readonly colo: string | null;
  readonly edge: string | null;
  readonly revision: number;
}

type Spread = Pick<Propagation, "complete" | "current" | "behind" | "colos">;

/** How many isolates run the revision or a later one, in all and by data centre (the last to arrive first). */
export function spread(seen: readonly SeenIsolate[], revision: number): Spread {
  const colos = new Map<string, { colo: string; current: number; behind: number }>();
  for (const { colo, revision: running } of seen) {
    const name = colo ?? "unknown";
    const place = colos.get(name) ?? { colo: name, current: 0, behind: 0 };
    place[running >= revision ? "current" : "behind"]++;
    colos.set(name, place);
  }
  const current = seen.filter((one) => one.revision >= revision).length;
  return {
    complete: current === seen.length,
    current,
    behind: seen.length - current,
    colos: [...colos.values()].sort((a, b) => b.behind - a.behind || (a.colo < b.colo ? -1 : 1)),
  };
}

type Asked = Pick<PollQuestion, "edge" | "isKeptAwake"> & { readonly seenAt: number };

/**
 * Whether an isolate that is behind is waited for. One that has not asked for so long asks before it decides anything
 * again: it cannot act on an older revision. One that is kept awake is about to ask, unless another has its place.
 *
 * @param later those who asked after it
 */
export function isAwaited({ seenAt, edge, isKeptAwake }: Asked, later: readonly Asked[], now: number): boolean {
  return seenAt >= now - CHECK_FIRST_MS || (isKeptAwake === true && later.every((other) => other.edge !== edge));
}

/** The smallest value that at least this share (0 to 1) of the values does not exceed; null when there are none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
