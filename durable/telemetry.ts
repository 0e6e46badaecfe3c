// What isolates counted, added up for a share of the services: a thin shell around decide/signals/coordinator.ts.
// Reports of half a second are written down together before any of them is answered, so that none is lost or counted
// twice when the object is moved or killed; the sums themselves are written every ten seconds, and then the reports go.
import { DurableObject } from "cloudflare:workers";
import {
  levelsOf,
  newSignalCoordinator,
  signalPace,
  slotName,
  takeReport,
  tidySignals,
  type Level,
  type SignalCoordinator,
} from "../src/decide/signals/coordinator.ts";
import { answerSignals, levelFor } from "../src/decide/signals/read.ts";
import { rowOf, type TimeSlot } from "../src/decide/signals/slot.ts";
import type { TelemetryObject } from "../src/model/message/objects.ts";
import type {
  SignalAnswer,
  SignalQuestion,
  SignalReply,
  SignalReport,
  SignalTotals,
} from "../src/model/message/signals.ts";
import { SignalStorage } from "./storage/signal-storage.ts";
import { heardSince } from "../src/decide/signals/arrivals.ts";

const COMMIT_MS = 500;
const CHECKPOINT_MS = 10_000;
const TRIM_MS = 600_000;
const REPORTING_MS = 60_000;

/** The one variable that objects read of this: days that each level is kept. */
interface Variables {
  readonly TELEMETRY_DAYS?: string;
}

export class Telemetry extends DurableObject<Variables> implements TelemetryObject {
  readonly #storage = new SignalStorage(this.ctx.storage.kv);
  readonly #load = (level: Level, from: number): TimeSlot | null => this.#storage.slot(slotName(level, from));
  readonly #coordinator: SignalCoordinator = this.#restore(Date.now());
  #unwritten: { readonly report: SignalReport; readonly at: number }[] = [];
  /** Of the reports that are not written yet. */
  #commit: Promise<void> | null = null;
  #checkpoints = false;
  #trimmedAt = 0;

  /** Counts a report, and answers when it is written down. */
  async take(report: SignalReport): Promise<SignalReply> {
    const now = Date.now();
    const news = takeReport(this.#coordinator, report, now, this.#load);
    this.#unwritten.push({ report: { ...report, batches: news }, at: now });
    this.#commit ??= this.#commitSoon();
    await this.#commit;
    return signalPace(this.#coordinator);
  }

  read(question: SignalQuestion): SignalAnswer {
    const now = Date.now();
    const level = levelFor(this.#coordinator.levels, question, now);
    return answerSignals(this.#coordinator, question, level, this.#slots(level, question), now);
  }

  totals(): SignalTotals {
    const { totals, since, heardAt, arrivals, late, reports, spread } = this.#coordinator;
    const { lost, duplicates } = arrivals;
    const reporters = heardSince(arrivals, Date.now() - REPORTING_MS);
    const rows = [...totals.sums.values()].map(rowOf);
    return { rows, since, heardAt, lost, folded: totals.folded, late, duplicates, reports, reporters, spread };
  }

  async #commitSoon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, COMMIT_MS));
    this.#commit = null;
    const written = this.#unwritten;
    this.#unwritten = [];
    this.#storage.log(written);
    if (!this.#checkpoints) {
      this.#checkpoints = true;
      await this.ctx.storage.setAlarm(Date.now() + CHECKPOINT_MS);
    }
  }

  /** Writes the sums; the reports in them need not be kept then. */
  override alarm(): void {
    this.#checkpoints = false;
    const now = Date.now();
    const coordinator = this.#coordinator;
    for (const name of coordinator.changed) {
      const held = coordinator.slots.get(name);
      if (held !== undefined) {
        this.#storage.putSlot(name, held.slot);
      }
    }
    coordinator.changed.clear();
    tidySignals(coordinator, now);
    this.#storage.putState(coordinator);
    // What is not written yet is in the sums already: its report, when it is logged after this, must not be replayed.
    this.#storage.dropLog();
    if (now - this.#trimmedAt > TRIM_MS) {
      this.#trimmedAt = now;
      for (const { name, keepMs } of coordinator.levels) {
        this.#storage.trim(name, now - keepMs);
      }
    }
  }

  #restore(now: number): SignalCoordinator {
    const coordinator = newSignalCoordinator(levelsOf(daysOf(this.env.TELEMETRY_DAYS)), now);
    this.#storage.readState(coordinator);
    for (const { report, at } of this.#storage.logged()) {
      takeReport(coordinator, report, at, this.#load);
    }
    return coordinator;
  }

  /** Of the level, within the window: what is at hand goes before what is stored. */
  *#slots(level: Level, { from, to }: SignalQuestion): Iterable<TimeSlot> {
    const { slots } = this.#coordinator;
    const first = Math.floor(from / level.ms) * level.ms;
    for (const { level: of, slot } of slots.values()) {
      if (of.name === level.name && slot.from >= first && slot.from < to) {
        yield slot;
      }
    }
    for (const [name, slot] of this.#storage.slots(slotName(level, first), slotName(level, to))) {
      if (!slots.has(name)) {
        yield slot;
      }
    }
  }
}

function daysOf(text: string | undefined): [number, number, number] | undefined {
  const [ten, minute, hour] = (text ?? "").split(",").map(Number);
  const isDays = (one: number | undefined): one is number => one !== undefined && one > 0 && one <= 4000;
  return isDays(ten) && isDays(minute) && isDays(hour) ? [ten, minute, hour] : undefined;
}
