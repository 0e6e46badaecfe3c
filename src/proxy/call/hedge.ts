// A request that is slow to answer is sent once more, elsewhere, and the first good answer wins; the others are broken
// off. Only for requests that may be sent twice, and only while the retry budget has one at hand: nobody waits for a
// hedge.
import { withDeadline } from "../../bounded/deadline.ts";
import { isFailure } from "../../decide/breaker/outcome.ts";
import type { Hedge } from "../../model/snapshot/call-policy.ts";
import type { Try } from "./attempt.ts";
import { letGo } from "../exchange/body.ts";

export interface Copy {
  readonly answer: Promise<Try>;
  /** Its answer is not needed any more. */
  readonly drop: () => void;
}

interface Ended {
  readonly copy: Copy;
  readonly tried: Try;
}

/**
 * The first good answer, or the last bad one.
 *
 * @param another sends a further copy; null = there must not be any
 * @param behind what is left to do when the answer is there
 */
export async function firstGood(
  first: Copy,
  { afterMs, max }: Hedge,
  another: () => Copy | null,
  behind: (work: Promise<void>) => void,
): Promise<Try> {
  const running = new Map([[first, ended(first)]]);
  let copies = 0;
  for (;;) {
    const next =
      copies < max ? await withDeadline(Promise.race(running.values()), afterMs) : await Promise.race(running.values());
    if (next === null) {
      copies += 1;
      const copy = another();
      if (copy === null) {
        copies = max;
      } else {
        running.set(copy, ended(copy));
      }
      continue;
    }
    running.delete(next.copy);
    if (isFailure(next.tried.end) && running.size > 0) {
      behind(discard(next.tried));
      continue;
    }
    for (const [copy, late] of running) {
      copy.drop();
      behind(late.then(({ tried }) => discard(tried)));
    }
    return next.tried;
  }
}

async function ended(copy: Copy): Promise<Ended> {
  return { copy, tried: await copy.answer };
}

async function discard({ answer }: Try): Promise<void> {
  if (!("failure" in answer)) {
    await letGo(answer);
  }
}
