// The walk itself: one stage after the other. What each found out is written down here and nowhere else. Where nothing
// has to be waited for, nothing is.
import type { Decided, Ended, Exchange, Learned, Stage } from "./exchange.ts";
import { GO_ON } from "./decided.ts";

/** @returns null = the request may go on; a promise only where a stage has something to wait for */
export function walk(exchange: Exchange, stages: readonly Stage[]): Ended | null | Promise<Ended | null> {
  let passed = 0;
  for (const stage of stages) {
    passed += 1;
    const deciding = stage(exchange);
    if (deciding instanceof Promise) {
      return walkOn(exchange, deciding, stages.slice(passed));
    }
    const ended = take(exchange, deciding);
    if (ended !== null) {
      return ended;
    }
  }
  return null;
}

async function walkOn(exchange: Exchange, deciding: Promise<Decided>, rest: readonly Stage[]): Promise<Ended | null> {
  return take(exchange, await deciding) ?? walk(exchange, rest);
}

function take(exchange: Exchange, decided: Decided): Ended | null {
  if ("no" in decided) {
    return decided;
  }
  if (decided !== GO_ON) {
    learn(exchange, decided.ok);
  }
  return null;
}

/** The only place that writes to an exchange. */
function learn(exchange: Exchange, { caller, badProof, routed, body, limits, isTold, edits }: Learned): void {
  if (caller !== undefined) {
    exchange.caller = caller;
  }
  if (badProof !== undefined) {
    exchange.badProof = badProof;
  }
  if (routed !== undefined) {
    exchange.routed = routed;
  }
  if (body !== undefined) {
    exchange.body = body;
  }
  if (limits !== undefined) {
    exchange.limits = limits;
  }
  if (isTold !== undefined) {
    exchange.isTold = isTold;
  }
  if (edits !== undefined) {
    for (const edit of edits) {
      exchange.headers.edit(edit);
    }
  }
}
