// Limits that each isolate counts by itself: no coordinator, and as many times the limit as there are isolates.
import { available, credit, debit, fullLedger, untilFull, waitFor } from "../../decide/limit/ledger.ts";
import { newLocalLedgers, type LimitMemory } from "../../isolate/limit-memory.ts";
import { bucketName, full, type BucketRef, type LimitVerdict } from "./verdict.ts";

export function countLocally(memory: LimitMemory, asked: BucketRef, now: number): LimitVerdict {
  const { terms } = asked.limit;
  const id = asked.key;
  const ledgers = memory.ledgers.getOrMake(bucketName({ ...asked, key: "" }), newLocalLedgers);
  const before = ledgers.get(id) ?? fullLedger;
  const waitMs = waitFor(before, terms, 1, now);
  if (waitMs > 0) {
    return full(asked, waitMs, untilFull(before, terms, now));
  }
  const after = debit(before, terms, 1, now);
  ledgers.set(id, after);
  return {
    allowed: true,
    standings: [{ asked, remaining: Math.floor(available(after, terms, now)), resetMs: untilFull(after, terms, now) }],
    putBack: () => ledgers.set(id, credit(ledgers.get(id) ?? fullLedger, terms, 1, now)),
  };
}
