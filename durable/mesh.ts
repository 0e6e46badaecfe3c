// The mesh's noticeboard, one object: the newest revision and endpoint generation, and who has seen which. Isolates ask
// it while they have traffic; it is never on the path of a request. The registry stays the authority: whoever loads
// from there reports what it found, so an announcement that got lost is made up for by the first question.
import { DurableObject } from "cloudflare:workers";
import { forcedList, NO_ORDERS, withOrders, withShare, type ForcedBoard } from "../src/decide/breaker/forced.ts";
import { epochOf, isBeyond, isSetBack, laterHead } from "../src/decide/fleet/head.ts";
import { pollInterval } from "../src/decide/fleet/poll-interval.ts";
import { troubleOf } from "../src/decide/health/call-notes.ts";
import { watchesLeft, withWatch, type HeldWatch } from "../src/decide/trace/watching.ts";
import { isAwaited, percentile, spread } from "../src/decide/fleet/propagation.ts";
import type { MeshObject } from "../src/model/message/objects.ts";
import type { Propagation } from "../src/model/api/registry.ts";
import type { CallNote, CallTrouble } from "../src/model/message/call-notes.ts";
import type { PollAnswer, PollQuestion } from "../src/model/message/propagation.ts";
import type { ForcedList, ForcedOrders } from "../src/model/message/forced.ts";
import type { Share } from "../src/model/message/rollout.ts";
import type { Watch } from "../src/model/message/watch.ts";
import type { HealthRow } from "../src/model/message/health.ts";
import type { Head } from "../src/model/registry/registry.ts";
import type { ServiceKey } from "../src/model/snapshot/snapshot.ts";

/** Who has not asked for so long counts as asleep or gone. */
const ASLEEP_MS = 30_000;
const MAX_RECEIPTS = 5000;
/** What the prober of a service told is forgotten: it tells again within twenty seconds while it probes. */
const HEALTH_MS = 90_000;
const MAX_HEALTH = 5000;
/** What an isolate told of endpoints holds for so long; it tells it anew with each question while it lasts. */
const NOTES_MS = 10_000;
const MAX_TROUBLES = 5000;
/** When the registry could not be reached: it is asked again. */
const RETRY_MS = 5000;
/** Revisions whose way through the mesh is timed. */
const TIMED_REVISIONS = 20;

/** Before every revision: of one that counts no more. */
const UNDONE = -1;

const seenIsolate = ({ isolate, colo, edge, revision, seenAt }: Receipt): Propagation["isolates"][number] => {
  return { isolate, colo, edge, revision, seenAt: new Date(seenAt).toISOString() };
};

const keyOf = ({ service, endpoint }: CallNote): string => `${service} ${endpoint}`;

interface Receipt extends PollQuestion {
  readonly seenAt: number;
}

interface Timing {
  readonly announcedAt: number;
  /** Milliseconds until each isolate that was behind said it runs the revision. */
  readonly arrivals: number[];
}

export class Mesh extends DurableObject implements MeshObject {
  #head: Head = this.ctx.storage.kv.get<Head>("head") ?? { revision: 0, generation: 0 };
  /** Where the registry stands that was set back; null = it was not, or somebody has adopted it. */
  #setBack: Head | null = this.ctx.storage.kv.get<Head>("set-back") ?? null;
  #forced: ForcedBoard = this.ctx.storage.kv.get<ForcedBoard>("forced") ?? NO_ORDERS;
  #revocations = this.ctx.storage.kv.get<number>("revocations") ?? 0;
  /** In order of `seenAt`, the longest silent first. */
  readonly #receipts = new Map<string, Receipt>();
  /** Not written down: who watches tells it anew. */
  #watches: readonly HeldWatch[] = [];
  readonly #timings = new Map<number, Timing>();
  /** Endpoints that fail calls, by service and endpoint: since when, and when that was last heard. */
  readonly #troubled = new Map<string, { readonly since: number; at: number }>();
  readonly #health = new Map<ServiceKey, { readonly rows: readonly HealthRow[]; readonly at: number }>();

  /** Anything newer than what the isolate has, and when to ask again. The question is kept as its receipt. */
  poll(question: PollQuestion): PollAnswer {
    const now = Date.now();
    this.#advance(question, now);
    this.#forget(now);
    this.#time(question, now);
    this.#receipts.delete(question.isolate);
    this.#receipts.set(question.isolate, { ...question, seenAt: now });
    for (const note of question.notes ?? []) {
      this.#noteTrouble(keyOf(note), now);
    }
    const isNews = question.forced !== undefined && question.forced !== this.#forced.version;
    const forced = isNews ? { forced: forcedList(this.#forced, now) } : {};
    const setBack = this.#setBack === null ? {} : { setBack: true };
    const revocations = this.#revocations === 0 ? {} : { revocations: this.#revocations };
    const watches = this.#watches.length === 0 ? {} : { watches: watchesLeft(this.#watches, now) };
    return {
      ...this.#head,
      pollMs: pollInterval(this.#receipts.size),
      ...setBack,
      ...forced,
      ...revocations,
      ...watches,
    };
  }

  /**
   * The registry moved. Answers where the mesh stands; an older announcement that arrives late changes nothing. One
   * that is not late is of a registry that was set back: the registry itself says which.
   */
  async announce(head: Head): Promise<Head> {
    this.#advance(head, Date.now());
    if (isSetBack(head, this.#head) && this.#setBack === null) {
      await this.#look();
    }
    return this.#head;
  }

  async #look(): Promise<void> {
    const known = this.#head;
    try {
      const registry = await this.ctx.exports.Registry.head();
      if (isSetBack(registry, known)) {
        this.#noteSetBack(registry);
      }
    } catch {
      // The next announcement, within a minute, has it looked at again.
    }
  }

  #noteSetBack(registry: Head | null): void {
    this.#setBack = registry;
    if (registry === null) {
      this.ctx.storage.kv.delete("set-back");
    } else {
      this.ctx.storage.kv.put("set-back", registry);
    }
  }

  /**
   * When the registry is to be asked to take an Override out of force, milliseconds since the epoch; null = not at all.
   */
  async expireAt(at: number | null): Promise<void> {
    await (at === null ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(at));
  }

  override async alarm(): Promise<void> {
    try {
      await this.expireAt(await this.ctx.exports.Registry.expireOverrides());
    } catch {
      await this.expireAt(Date.now() + RETRY_MS);
    }
  }

  /** Which isolates run the revision, or a later one, and how long it took them. */
  propagation(revision: number): Propagation {
    const now = Date.now();
    this.#forget(now);
    const seen = [...this.#receipts.values()];
    const counted = seen
      .map((one) => ({ ...one, revision: this.#isOfThisRegistry(one) ? one.revision : UNDONE }))
      .filter((one, at) => one.revision >= revision || isAwaited(one, seen.slice(at + 1), now));
    const reached = spread(counted, revision);
    const setBack = this.#setBack !== null;
    const timing = this.#timings.get(revision);
    const arrivals = timing?.arrivals ?? [];
    return {
      revision,
      head: this.#head.revision,
      ...reached,
      ageMs: timing === undefined ? null : now - timing.announcedAt,
      complete: reached.complete && !setBack,
      setBack,
      p99Ms: percentile(arrivals, 0.99),
      slowestMs: percentile(arrivals, 1),
      isolates: seen.map(seenIsolate),
    };
  }

  /** What the prober of a service knows of its endpoints. Kept here so that nobody has to wake its object to see it. */
  tellHealth(service: ServiceKey, rows: readonly HealthRow[]): boolean {
    this.#health.delete(service);
    this.#health.set(service, { rows, at: Date.now() });
    const [oldest] = this.#health.keys();
    if (this.#health.size > MAX_HEALTH && oldest !== undefined) {
      this.#health.delete(oldest);
    }
    return true;
  }

  /** What operators force upon a service. Written down: every isolate that asks from now on obeys. */
  tellForced(service: ServiceKey, orders: ForcedOrders): boolean {
    return this.#post(withOrders(this.#forced, service, orders, Date.now()));
  }

  /** What a Rollout deals to a canary. Written down, and heard of, as what is forced is. */
  tellShare(service: ServiceKey, share: Share | null): boolean {
    return this.#post(withShare(this.#forced, service, share, Date.now()));
  }

  #post(board: ForcedBoard): boolean {
    if (board !== this.#forced) {
      this.#forced = board;
      this.ctx.storage.kv.put("forced", board);
    }
    return true;
  }

  /** A key of the mesh has been revoked. Written down, as what is forced is. */
  tellRevoked(): boolean {
    this.#revocations += 1;
    this.ctx.storage.kv.put("revocations", this.#revocations);
    return true;
  }

  /** Isolates hear of it with the questions that they ask anyway. */
  watch(watch: Watch): boolean {
    const held = withWatch(this.#watches, watch, Date.now());
    this.#watches = held ?? this.#watches;
    return held !== null;
  }

  forced(): ForcedList {
    return forcedList(this.#forced, Date.now());
  }

  /** Endpoints that fail the calls of isolates, as those told within the last seconds. */
  troubles(): readonly CallTrouble[] {
    const now = Date.now();
    const recent = [...this.#receipts.values()].filter(({ seenAt }) => seenAt >= now - NOTES_MS);
    const notes = recent.flatMap((receipt) => receipt.notes ?? []);
    return [...Map.groupBy(notes, keyOf)].flatMap(([key, those]) => {
      const trouble = troubleOf(those, this.#troubled.get(key)?.since ?? now);
      return trouble === null ? [] : [trouble];
    });
  }

  #noteTrouble(key: string, now: number): void {
    const known = this.#troubled.get(key);
    if (known !== undefined && now - known.at < 2 * NOTES_MS) {
      known.at = now;
      return;
    }
    this.#troubled.delete(key);
    this.#troubled.set(key, { since: now, at: now });
    const [oldest] = this.#troubled.keys();
    if (this.#troubled.size > MAX_TROUBLES && oldest !== undefined) {
      this.#troubled.delete(oldest);
    }
  }

  /** Of every service that is being probed. */
  health(): ReadonlyMap<ServiceKey, readonly HealthRow[]> {
    const since = Date.now() - HEALTH_MS;
    const recent = [...this.#health].filter(([, { at }]) => at >= since);
    return new Map(recent.map(([service, { rows }]) => [service, rows]));
  }

  /** Not of an epoch that is over, nor of a history that was undone. */
  #isOfThisRegistry(one: Receipt): boolean {
    return epochOf(one) === epochOf(this.#head) && (this.#setBack === null || one.revision <= this.#setBack.revision);
  }

  #advance({ revision, generation, epoch }: Head, now: number): void {
    const before = this.#head;
    const head = laterHead({ revision, generation, ...(epoch === undefined ? {} : { epoch }) }, before);
    const isAdopted = epochOf(head) > epochOf(before);
    if (!isAdopted && head.revision === before.revision && head.generation === before.generation) {
      return;
    }
    this.#head = head;
    this.ctx.storage.kv.put("head", head);
    if (isAdopted) {
      this.#timings.clear();
      this.#noteSetBack(null);
    }
    if (isBeyond(head, before)) {
      this.#timings.set(revision, { announcedAt: now, arrivals: [] });
    }
    for (const old of this.#timings.keys()) {
      if (this.#timings.size <= TIMED_REVISIONS) {
        break;
      }
      this.#timings.delete(old);
    }
  }

  /** An isolate that was known to be behind has caught up; one that was just born was never behind. */
  #time(question: PollQuestion, now: number): void {
    const before = this.#receipts.get(question.isolate);
    if (before === undefined || !isBeyond(question, before) || epochOf(question) !== epochOf(this.#head)) {
      return;
    }
    const known = epochOf(before) === epochOf(question) ? before.revision : UNDONE;
    for (const [timed, { announcedAt, arrivals }] of this.#timings) {
      if (timed > known && timed <= question.revision && arrivals.length < MAX_RECEIPTS) {
        arrivals.push(now - announcedAt);
      }
    }
  }

  #forget(now: number): void {
    for (const [isolate, { seenAt }] of this.#receipts) {
      if (seenAt >= now - ASLEEP_MS && this.#receipts.size < MAX_RECEIPTS) {
        break;
      }
      this.#receipts.delete(isolate);
    }
  }
}
