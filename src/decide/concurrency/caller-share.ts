// What one caller can hold of a service's cap by being slow: a slot is taken until a body has moved, and how fast that
// is, is the caller's choice. Half of the slots at most, where others want them: the oldest beyond that end, and
// meanwhile that caller gets none of the last quarter. Quick bodies count for nothing, so one caller may use a whole
// cap.
import type { InFlight, IsolateSlots } from "./isolate.ts";

/** A body that is its caller's to move, and has been for so long, is slow. */
const SLOW_MS = 5000;
/** How long ago somebody found no slot. */
const PRESSED_MS = 5000;
/** Share of the cap in use from which a caller beyond its share gets none. */
const FULL = 0.75;

export function shareOf(limit: number): number {
  return Math.max(1, Math.floor(limit / 2));
}

/** Slow ones of a caller, the oldest first. */
function slowOf({ inFlight }: IsolateSlots, caller: string, now: number): InFlight[] {
  const own = [...inFlight].filter(
    (one) => one.caller === caller && one.slowSince !== null && now - one.slowSince >= SLOW_MS,
  );
  return own.toSorted((a, b) => (a.slowSince ?? 0) - (b.slowSince ?? 0));
}

/** Is a further request of this caller to be refused, though there may be a slot? @param caller null = nobody knows */
export function isBeyondShare(slots: IsolateSlots, caller: string | null, now: number): boolean {
  const { inFlight, limit, load } = slots;
  if (caller === null || Math.max(inFlight.size / limit, load / 100) < FULL) {
    return false;
  }
  return slowOf(slots, caller, now).length >= shareOf(limit);
}

/** Is this one to end, so that others get its slot? */
export function mustGiveWay(slots: IsolateSlots, one: InFlight, now: number): boolean {
  if (one.caller === null || now - slots.pressedAt > PRESSED_MS) {
    return false;
  }
  const own = slowOf(slots, one.caller, now);
  const at = own.indexOf(one);
  return at !== -1 && at < own.length - shareOf(slots.limit);
}
