// Isolates and a coordinator of one limit, and the channel between them.
import { answerLimits, newLimitCoordinator, type LimitCoordinator } from "../../../src/decide/limit/coordinator.ts";
import {
  applyLimits,
  mayReportLimits,
  newIsolateLimits,
  reportLimits,
  type IsolateLimits,
} from "../../../src/decide/limit/isolate.ts";
import { available, capacityOf, emptyLedger, fullLedger } from "../../../src/decide/limit/ledger.ts";
import type { LimitReply, LimitReport } from "../../../src/model/message/limit.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";

const NOW = Date.UTC(2026, 10, 23);
export const ISOLATES = 3;

export type Message = { readonly ask: LimitReport } | { readonly to: IsolateLimits; readonly reply: LimitReply };

/** Everything there is, and what has come of it. */
export class Fleet {
  now = NOW;
  restarts = 0;
  restartedAt = 0;
  /** Tokens that left the bucket, less those that came back to it. */
  net = 0;
  granted = 0;
  readonly admitted: number[] = [];
  readonly terms: LimitTerms;
  coordinator: LimitCoordinator = newLimitCoordinator(NOW, null);
  readonly isolates = Array.from({ length: ISOLATES }, (_, index) => newIsolateLimits(`isolate-${index}`));
  readonly channel: Message[] = [];
  readonly #answered = new Set<LimitReply>();
  #born = ISOLATES;

  constructor(terms: LimitTerms) {
    this.terms = terms;
  }

  get bucket() {
    return { limit: "one", key: "", terms: this.terms };
  }

  limits(index: number): IsolateLimits {
    const limits = this.isolates[index % ISOLATES];
    if (limits === undefined) {
      throw new Error("no such isolate");
    }
    return limits;
  }

  send(limits: IsolateLimits): void {
    if (mayReportLimits(limits, this.now)) {
      this.channel.push({ ask: reportLimits(limits, this.now) });
    }
  }

  deliver(message: Message): void {
    if ("to" in message) {
      applyLimits(message.to, message.reply, this.now);
      return;
    }
    const before = this.#taken();
    const reply = answerLimits(this.coordinator, message.ask, this.now, () => 0.5);
    this.net += this.#taken() - before;
    const to = this.isolates.find(({ isolate }) => isolate === message.ask.isolate);
    if (!this.#answered.has(reply)) {
      for (const { tokens } of reply.grants) {
        this.granted += tokens;
      }
    }
    this.#answered.add(reply);
    if (to !== undefined) {
      this.channel.push({ to, reply });
    }
  }

  /** Tokens missing from the bucket right now. */
  #taken(): number {
    const [bucket] = this.coordinator.buckets.values();
    const lost = this.coordinator.forgotAt === null ? fullLedger : emptyLedger(this.terms, this.coordinator.forgotAt);
    return capacityOf(this.terms) - available(bucket?.ledger ?? lost, this.terms, this.now);
  }

  /** What an isolate holds, and what the coordinator believes that it holds. */
  holdings(limits: IsolateLimits): { holds: number; believed: number } {
    const [held] = limits.held.values();
    const [bucket] = this.coordinator.buckets.values();
    const holds = held !== undefined && held.diesAt > this.now ? held.tokens : 0;
    return { holds, believed: bucket?.leases.get(limits.isolate)?.outstanding ?? 0 };
  }

  replace(index: number): void {
    this.isolates[index % ISOLATES] = newIsolateLimits(`isolate-${this.#born++}`);
  }
}
