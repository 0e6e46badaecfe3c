// Moves a body from one side to the other and tells how that ended, and by whose doing. A side that stands still for
// too long is given up. Nothing is held but one piece.
import { shortest, stillInMs, type Pace, type Patience, type TransferEnd } from "../../decide/transfer/transfer.ts";
import type { Chunks } from "../exchange/chunks.ts";

/** One body on its way. */
interface Transfer {
  readonly pace: Pace;
  readonly ended: Promise<TransferEnd>;
  /** Ends it as if the side whose turn it is stood still. */
  readonly giveUp: () => void;
  /** Does not stand still while the other one moves. */
  readonly movesWith: (other: Pace) => void;
}

/**
 * @param onEnd runs before the sink hears of it: what the sink is part of can be broken off first
 */
export function transfer(
  chunks: Chunks,
  sink: WritableStream<Uint8Array>,
  patience: Patience,
  onEnd: (end: TransferEnd) => void,
  now: () => number,
): Transfer {
  const pace: Pace = { turn: "source", movedAtMs: now(), beganAtMs: now(), bytes: 0 };
  const shortestMs = shortest(patience);
  let beside: Pace | null = null;
  const writer = sink.getWriter();
  const { promise, resolve } = Promise.withResolvers<TransferEnd>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isOver = false;

  function end(how: TransferEnd): void {
    if (isOver) {
      return;
    }
    isOver = true;
    clearTimeout(timer);
    onEnd(how);
    resolve(how);
    if (how === "whole") {
      return;
    }
    const reason = new Error("The body is not passed on any further");
    if (how.by === "sink" || how.how === "still") {
      chunks.cancel(reason).catch(() => undefined);
    }
    writer.abort(reason).catch(() => undefined);
  }

  function watch(): void {
    if (shortestMs === null) {
      return;
    }
    const movedAtMs = Math.max(pace.movedAtMs, beside?.movedAtMs ?? 0);
    const dueInMs = stillInMs({ turn: pace.turn, movedAtMs }, patience, now());
    if (dueInMs === 0) {
      end({ by: pace.turn, how: "still" });
    }
    // The next turn may have less time than this one.
    else {
      timer = setTimeout(watch, Math.min(dueInMs ?? shortestMs, shortestMs));
    }
  }

  function turn(side: Pace["turn"]): void {
    pace.turn = side;
    pace.movedAtMs = now();
  }

  async function move(): Promise<void> {
    while (!isOver) {
      turn("source");
      let chunk: Uint8Array | null;
      try {
        chunk = await chunks.read();
      } catch {
        end({ by: "source", how: "failed" });
        return;
      }
      pace.bytes += chunk?.byteLength ?? 0;
      turn("sink");
      try {
        if (chunk === null) {
          await writer.close();
        } else {
          await writer.write(chunk);
          chunks.giveBack?.(chunk);
        }
      } catch {
        end({ by: "sink", how: "failed" });
        return;
      }
      if (chunk === null) {
        end("whole");
      }
    }
  }

  watch();
  void move();
  return {
    pace,
    ended: promise,
    giveUp: () => end({ by: pace.turn, how: "still" }),
    movesWith: (other) => void (beside = other),
  };
}

/** A pipe that announces the length, where there is one: then a body that is cut can be told from a whole one. */
export function pipeOf(contentLength: number | null): TransformStream<Uint8Array, Uint8Array> {
  return contentLength === null ? new IdentityTransformStream() : new FixedLengthStream(contentLength);
}
