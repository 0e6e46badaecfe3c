// What an isolate knows of the mesh: the snapshot, and the endpoints that registered since it was made. Revisions only
// ever go up; what cannot be read is refused, and the last good snapshot stays. How it is kept fresh is kept.ts.
import { CHECK_FIRST_MS } from "../decide/fleet/freshness.ts";
import { epochOf, isBeyond } from "../decide/fleet/head.ts";
import { nearClusters, NOWHERE, type Place } from "../decide/balance/locality.ts";
import type { EndpointMap } from "../decide/balance/merge-endpoints.ts";
import type { CallNote } from "../model/message/call-notes.ts";
import type { ForcedList } from "../model/message/forced.ts";
import type { Watch } from "../model/message/watch.ts";
import type { PollAnswer, PollQuestion } from "../model/message/propagation.ts";
import type { EndpointChanges, Head } from "../model/registry/registry.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import { Kept, type Clock, type Context, type KeptTerms, type Loaded } from "./kept.ts";
import { headKnown, knownFrom, wasRefused, withChanges, withSnapshot, type Known } from "./known.ts";

/** The mesh as a request sees it. */
export interface Live {
  readonly snapshot: Snapshot;
  /** Static and registered endpoints of every service, ready to pick from; weight 0 = draining. */
  readonly endpoints: EndpointMap;
  /** When the last successful check was sent, milliseconds since the epoch. */
  readonly checkedAt: number;
  /** The last check failed, or found a snapshot that could not be taken over. */
  readonly stale: boolean;
  /** How often the registry was adopted after it was set back; absent = never. */
  readonly epoch?: number;
  /** The registry was set back to before this, and nobody has adopted it; absent = not that anybody knows. */
  readonly setBack?: boolean;
  /** Clusters near to this isolate; null or absent = not known, all are alike. */
  readonly near?: ReadonlySet<string> | null;
}

/** What an isolate needs from outside. Each of them may reject: whatever it asks cannot be reached. */
export interface SnapshotPorts extends Clock {
  readonly edge: string | null;
  /** By whoever runs it; absent = no. */
  readonly isKeptAwake?: boolean;
  /** Asks the mesh object. */
  poll(question: PollQuestion): Promise<PollAnswer>;
  /** Asks the registry itself. */
  head(): Promise<Head>;
  /** null = gone, damaged, or of a shape that this release does not know. */
  snapshot(revision: number): Promise<Snapshot | null>;
  /** The newest one of a shape that this release knows; of an empty registry, the empty one. */
  newest(): Promise<Snapshot | null>;
  changes(sinceGeneration: number): Promise<EndpointChanges>;
  /** Asks the mesh object what operators force upon services. */
  forced(): Promise<ForcedList>;
}

const LAST_GOOD_MS = 24 * 3_600_000;
/** How long a cold isolate waits for what operators force, once it has the rest. */
const FORCED_WAIT_MS = 500;
/** Until the next question while the mesh object cannot be asked. */
const UNTOLD_POLL_MS = 1800;

const TERMS: KeptTerms = {
  // Until the mesh object says another one.
  freshMs: 1000,
  checkFirstMs: CHECK_FIRST_MS,
  lastGoodMs: LAST_GOOD_MS,
  outageMs: 10_000,
  retryMs: 1000,
  coldRetryMs: 0,
  waitMs: 1000,
  coldWaitMs: 5000,
  turnMs: 2000,
  mostWaiting: Infinity,
};

/** What else there is to say to the mesh object, and what else its answers bring. */
interface Told {
  /** Endpoints that fail what is sent to them; absent = nobody takes notes. */
  notes?(now: number): readonly CallNote[];
  /** What operators force, whenever that has changed. */
  forced(list: ForcedList, sentAt: number): void;
  /** One of the mesh's keys has been taken out of use. */
  revoked(): void;
  /** Who watches requests; heard with each answer. */
  watched?(watches: readonly Watch[], sentAt: number): void;
}

const NOBODY: Told = { forced: () => undefined, revoked: () => undefined };

export class HeldSnapshot {
  readonly #isolate: string;
  readonly #told: Told;
  /** Version of what operators force, as it was last heard of. */
  #forced = 0;
  #revocations = 0;
  readonly #kept = new Kept<Known, SnapshotPorts>(TERMS, (ports, held, { sentAt, ctx }) =>
    this.#load(ports, held, sentAt, ctx),
  );
  #place: Place | null;
  #view: { readonly live: Live; readonly of: Known; readonly isFailing: boolean } | null = null;

  /** @param isolate random, for the isolate's life */
  constructor(isolate: string, place: Place | null, told: Told = NOBODY) {
    this.#isolate = isolate;
    this.#told = told;
    this.#place = place;
  }

  /**
   * Where the isolate runs, for propagation receipts and nearness; asked once, of the first request that can tell,
   * because reading it costs more than routing does.
   */
  locate(place: () => Place): void {
    if (this.#place !== null) {
      return;
    }
    this.#place = place();
    this.#view = null;
  }

  /** What this isolate serves right now, without asking anybody; null = nothing yet. */
  get last(): Live | null {
    return this.#liveOf(this.#kept.last);
  }

  /**
   * The mesh to decide a request with. Served from memory while it was checked within the interval that the mesh object
   * asked for; refreshed behind the request up to 2 s; checked before it decides beyond. Never rejects.
   *
   * @returns null = nothing could ever be loaded, or the last good is over a day old: answer 503 SLV5008
   */
  current(ports: SnapshotPorts, ctx: Context, now: number): Promise<Live | null> | Live | null {
    const known = this.#kept.current(ports, ctx, now);
    return known instanceof Promise ? known.then((one) => this.#liveOf(one)) : this.#liveOf(known);
  }

  /** Something was changed through this isolate: whoever changed it sees it with the next request. */
  doubt(): void {
    this.#kept.doubt();
  }

  /** What requests see changes as a whole, by one reference. */
  #liveOf(known: Known | null): Live | null {
    if (known === null) {
      return null;
    }
    const { confirmedAt, failedAt } = this.#kept.checks;
    const isFailing = failedAt !== null;
    const view = this.#view;
    if (view?.of === known && view.live.checkedAt === confirmedAt && view.isFailing === isFailing) {
      return view.live;
    }
    const { epoch, snapshot, endpoints, refused, setBack } = known;
    const near =
      view?.of.snapshot === snapshot ? view.live.near : nearClusters(snapshot.clusters, this.#place ?? NOWHERE);
    const live: Live = {
      snapshot,
      endpoints,
      checkedAt: confirmedAt ?? 0,
      stale: isFailing || refused !== null || setBack,
      epoch,
      setBack,
      near: near ?? null,
    };
    this.#view = { live, of: known, isFailing };
    return live;
  }

  async #load(ports: SnapshotPorts, held: Known | null, sentAt: number, ctx: Context | null): Promise<Loaded<Known>> {
    // A day-old isolate may have missed tombstones that are gone by now: it starts over.
    const ageMs = sentAt - (this.#kept.checks.confirmedAt ?? -Infinity);
    const loaded =
      held === null || ageMs > LAST_GOOD_MS / 2 ? await this.#everything(ports, held) : await this.#news(ports, held);
    // A question that took too long may come back behind another one.
    const { last } = this.#kept;
    if (last !== null && isBeyond(headKnown(last), headKnown(loaded.value))) {
      return { ...loaded, value: last };
    }
    // The receipt for what is new, an empty mesh included; otherwise the mesh object would get it with the next
    // question only, and a change meanwhile would not be waited for.
    const isNew = held === null || isBeyond(headKnown(loaded.value), headKnown(held));
    if (isNew) {
      ctx?.waitUntil(this.#report(ports, loaded.value));
    }
    return loaded;
  }

  /** What is new: whether, from the mesh object (or, without it, the registry); what, from the registry. */
  async #news(ports: SnapshotPorts, held: Known): Promise<Loaded<Known>> {
    const told: PollAnswer = await this.#poll(ports, held).catch(async () => ({
      ...(await ports.head()),
      pollMs: UNTOLD_POLL_MS,
    }));
    // Somebody has adopted a registry that was set back: what is known is of another history.
    if (epochOf(told) > held.epoch) {
      return { ...(await this.#everything(ports, held)), freshMs: told.pollMs };
    }
    // The mesh object has lost what it knew; this question has told it.
    if (epochOf(told) < held.epoch) {
      return { value: held, freshMs: told.pollMs };
    }
    let known: Known = { ...held, setBack: told.setBack ?? false };
    if (told.revision > held.snapshot.revision && !wasRefused(held, told.revision, ports.now())) {
      known = withSnapshot(known, (await ports.snapshot(told.revision)) ?? (await ports.newest()));
      const isBehind = told.revision > known.snapshot.revision;
      known = { ...known, refused: isBehind ? { revision: told.revision, at: ports.now() } : null };
    }
    if (told.generation > held.generation) {
      known = withChanges(known, await ports.changes(held.generation));
    }
    return { value: known, freshMs: told.pollMs };
  }

  /** All of it. What operators force is not waited for as long as the rest: without the mesh object requests go on. */
  async #everything(ports: SnapshotPorts, held: Known | null): Promise<Loaded<Known>> {
    const sentAt = ports.now();
    const forced = Promise.race([ports.forced().catch(() => null), ports.wait(FORCED_WAIT_MS).then(() => null)]);
    const [newest, changes, told] = await Promise.all([ports.newest(), ports.changes(0), forced]);
    if (told !== null) {
      this.#takeForced(told, sentAt);
    }
    return { value: knownFrom(newest, changes, held) };
  }

  async #poll(ports: SnapshotPorts, known: Known): Promise<PollAnswer> {
    const sentAt = ports.now();
    const notes = this.#told.notes?.(sentAt) ?? [];
    const answer = await ports.poll({
      isolate: this.#isolate,
      edge: ports.edge,
      ...(ports.isKeptAwake === true ? { isKeptAwake: true as const } : {}),
      colo: this.#place?.colo ?? null,
      ...headKnown(known),
      forced: this.#forced,
      ...(notes.length === 0 ? {} : { notes }),
    });
    if (answer.forced !== undefined) {
      this.#takeForced(answer.forced, sentAt);
    }
    this.#told.watched?.(answer.watches ?? [], sentAt);
    const { revocations = 0 } = answer;
    if (revocations !== this.#revocations) {
      this.#revocations = revocations;
      this.#told.revoked();
    }
    return answer;
  }

  #takeForced(forced: ForcedList, sentAt: number): void {
    if (forced.version === this.#forced) {
      return;
    }
    this.#forced = forced.version;
    this.#told.forced(forced, sentAt);
  }

  async #report(ports: SnapshotPorts, known: Known): Promise<void> {
    const told = await this.#poll(ports, known).catch(() => null);
    if (told !== null) {
      this.#kept.freshFor(told.pollMs);
    }
  }
}
