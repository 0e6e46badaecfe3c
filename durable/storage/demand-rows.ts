// The hour of demand in a coordinator's storage: one row for each minute, written a little behind. Losing one loses
// nothing but a preview's exactness.
import { HISTORY_MS, restoreChunk, type DemandHistory } from "../../src/decide/limit/demand-history.ts";

import type { DemandChunk, DemandRow } from "../../src/model/message/limit-use.ts";

const ROW = "demand:";

type Kv = DurableObjectStorage["kv"];

export function readDemand(kv: Kv, history: DemandHistory, now: number): void {
  for (const [, page] of kv.list<DemandChunk>({ prefix: ROW })) {
    if (page.from > now - HISTORY_MS) {
      restoreChunk(history, page);
    }
  }
}

export function writeDemand(kv: Kv, { minutes, changed }: DemandHistory): void {
  for (const from of changed) {
    const rows: DemandRow[] = [...(minutes.get(from)?.values() ?? [])];
    kv.put(ROW + from, { from, rows } satisfies DemandChunk);
  }
  changed.clear();
}

/** @returns how many rows are left */
export function trimDemand(kv: Kv, now: number): number {
  let kept = 0;
  for (const [name] of kv.list({ prefix: ROW })) {
    if (Number(name.slice(ROW.length)) <= now - 2 * HISTORY_MS) {
      kv.delete(name);
    } else {
      kept += 1;
    }
  }
  return kept;
}
