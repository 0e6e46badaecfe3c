// Batches on their way from an isolate to the objects that add them up: each object's own, numbered, sent again until
// they are answered, and given up, and told as lost, when too many wait.
import type { LostBatch, SignalBatch, SignalReply, SignalReport, SignalRow } from "../model/message/signals.ts";
import { shardOf } from "../decide/signals/objects.ts";

/** Batches that wait for one object; with two seconds or more in each, half a minute and more of silence. */
const MOST_WAITING = 12;
const MOST_LOST = 50;
/** Between two batches. */
const SHORTEST_MS = 2000;
/** Where an object does not answer, batches are of longer times. */
const UNANSWERED_MS = 10_000;
/** Calls that one isolate makes for this, each second, however many objects there are. */
const CALLS_PER_SECOND = 3;
/** An answer that takes longer is not waited for: what was sent is sent again, and counted once. */
const PATIENCE_MS = 15_000;

interface Box {
  seq: number;
  readonly waiting: SignalBatch[];
  readonly lost: LostBatch[];
  /** null = no report is on its way. */
  sentAt: number | null;
  nextMs: number;
  spread: number;
}

export class Outbox {
  readonly #boxes = new Map<number, Box>();

  /** How long a batch is to be collected for, as the objects want it and as they answer. */
  get intervalMs(): number {
    const boxes = [...this.#boxes.values()];
    const pace = (boxes.length * 1000) / CALLS_PER_SECOND;
    const unanswered = boxes.some(({ waiting }) => waiting.length > 1) ? UNANSWERED_MS : SHORTEST_MS;
    return Math.max(unanswered, pace, ...boxes.map(({ nextMs }) => nextMs));
  }

  /**
   * Puts what was counted in the boxes of the objects that add it up.
   *
   * @param objects among how many the services are divided
   */
  put(rows: readonly SignalRow[], from: number, to: number, objects: number): void {
    for (const [group, those] of Map.groupBy(rows, ({ service }) => shardOf(service, objects))) {
      const box = this.#boxes.get(group) ?? newBox();
      this.#boxes.set(group, box);
      box.seq += 1;
      box.waiting.push({ seq: box.seq, from, to, rows: those });
      while (box.waiting.length > MOST_WAITING) {
        giveUp(box);
      }
    }
  }

  /** Groups whose batches are to be sent now. */
  due(now: number): readonly number[] {
    return [...this.#boxes].flatMap(([group, { waiting, sentAt }]) =>
      waiting.length > 0 && (sentAt === null || now - sentAt > PATIENCE_MS) ? [group] : [],
    );
  }

  spreadOf(group: number): number {
    return this.#boxes.get(group)?.spread ?? 1;
  }

  send(group: number, isolate: string, now: number): SignalReport {
    const box = this.#boxes.get(group) ?? newBox();
    box.sentAt = now;
    return { isolate, batches: [...box.waiting], lost: [...box.lost] };
  }

  answered(group: number, report: SignalReport, { nextMs, spread }: SignalReply): void {
    const box = this.#boxes.get(group);
    if (box === undefined) {
      return;
    }
    box.sentAt = null;
    box.nextMs = nextMs;
    box.spread = spread;
    const taken = new Set(report.batches.map(({ seq }) => seq));
    const told = new Set(report.lost.map(({ seq }) => seq));
    box.waiting.splice(0, box.waiting.length, ...box.waiting.filter(({ seq }) => !taken.has(seq)));
    box.lost.splice(0, box.lost.length, ...box.lost.filter(({ seq }) => !told.has(seq)));
  }

  /** The object could not be called. */
  failed(group: number): void {
    const box = this.#boxes.get(group);
    if (box !== undefined) {
      box.sentAt = null;
    }
  }
}

const newBox = (): Box => ({ seq: 0, waiting: [], lost: [], sentAt: null, nextMs: SHORTEST_MS, spread: 1 });

function giveUp(box: Box): void {
  const oldest = box.waiting.shift();
  if (oldest === undefined) {
    return;
  }
  const requests = oldest.rows.reduce((sum, { count }) => sum + count, 0);
  box.lost.push({ seq: oldest.seq, requests });
  // An object that is away for so long hears of the number, and not of which they were.
  const [first, second] = box.lost;
  if (box.lost.length > MOST_LOST && first !== undefined && second !== undefined) {
    box.lost.splice(0, 2, { seq: second.seq, requests: first.requests + second.requests });
  }
}
