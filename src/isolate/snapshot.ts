// What an isolate knows of the mesh, and how it keeps that fresh. Values only: requests share what was loaded, never a
// promise, because one request may not wait for another's I/O. Whoever waits looks again until the value is there.
// Revisions only ever go up; what cannot be read is refused, and the last good snapshot stays.
import { CHECK_FIRST_MS, freshness, LAST_GOOD_MS, type Checks } from "../decide/fleet/freshness.ts";
import { nearClusters, NOWHERE, type Place } from "../decide/balance/locality.ts";
import {
  mergeAll,
  mergeTouched,
  registrationsAfter,
  type EndpointMap,
  type Registrations,
} from "../decide/balance/merge-endpoints.ts";
import type { PollAnswer, PollQuestion } from "../model/message/propagation.ts";
import type { EndpointChanges, Head } from "../model/registry/registry.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";

/** The mesh as a request sees it. */
export interface Live {
  readonly snapshot: Snapshot;
  /** Static and registered endpoints of every service, ready to pick from; weight 0 = draining. */
  readonly endpoints: EndpointMap;
  /** When the last successful check was sent, milliseconds since the epoch. */
  readonly checkedAt: number;
  /** The last check failed, or found a snapshot that could not be taken over. */
  readonly stale: boolean;
  /** Clusters near to this isolate; null or absent = not known, all are alike. */
  readonly near?: ReadonlySet<string> | null;
}

/** What an isolate needs from outside. Each of them may reject: whatever it asks cannot be reached. */
export interface LivePorts {
  readonly edge: string | null;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Asks the mesh object. */
  poll(question: PollQuestion): Promise<PollAnswer>;
  /** Asks the registry itself. */
  head(): Promise<Head>;
  /** null = gone, damaged, or of a shape that this release does not know. */
  snapshot(revision: number): Promise<Snapshot | null>;
  /** The newest one of a shape that this release knows; of an empty registry, the empty one. */
  newest(): Promise<Snapshot | null>;
  changes(sinceGeneration: number): Promise<EndpointChanges>;
}

/** Where work goes on after the request was answered. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** A refresh that takes longer than this has lost its turn: its request may have been cancelled under it. */
const TURN_MS = 2000;
/** How long a request waits for a check when there is something to fall back on, and when there is nothing. */
const WAIT_MS = 1000;
const COLD_WAIT_MS = 5000;
/** Between two looks at whether another request's refresh has ended. */
const LOOK_MS = 10;
/** A snapshot that could not be taken over is tried again after so long. */
const REFUSED_MS = 30_000;
/** Until the mesh object says another one, and while it cannot be asked. */
const FIRST_POLL_MS = 1000;
const UNTOLD_POLL_MS = 1800;

export class LiveMesh {
  readonly #isolate: string;
  #place: Place | null;
  #near: ReadonlySet<string> | null = null;
  #checks: Checks = { checkedAt: null, failedAt: null, pollMs: FIRST_POLL_MS };
  #snapshot: Snapshot | null = null;
  #generation = 0;
  #registrations: Registrations = new Map();
  #endpoints: EndpointMap = new Map();
  #refused: { readonly revision: number; readonly at: number } | null = null;
  #turnTakenAt: number | null = null;
  #live: Live | null = null;

  /** @param isolate random, for the isolate's life */
  constructor(isolate: string, place: Place | null) {
    this.#isolate = isolate;
    this.#place = place;
  }

  /** Where the isolate runs; asked once, of the first request that can tell. */
  locate(place: () => Place): void {
    if (this.#place !== null) return;
    this.#place = place();
    this.#near = nearClusters(this.#snapshot?.clusters, this.#place);
    this.#publish();
  }

  /** The last one, however old: for those who tell about it. */
  get last(): Live | null {
    return this.#live;
  }

  /**
   * The mesh to decide a request with; null = nothing could ever be loaded, or the last good is over a day old. A promise
   * only while something has to be waited for.
   */
  current(ports: LivePorts, ctx: Context, now: number): Promise<Live | null> | Live | null {
    const verdict = freshness(this.#checks, now);
    if (verdict === "check-first") return this.#checkFirst(ports, ctx, now).then(() => this.#usable(now));
    if (verdict === "refresh-behind" && this.#takeTurn(now)) ctx.waitUntil(this.#refresh(ports, now));
    return this.#usable(now);
  }

  #usable(now: number): Live | null {
    return this.#live !== null && now - this.#live.checkedAt <= LAST_GOOD_MS ? this.#live : null;
  }

  /** Waits until a check has ended, well or not, or has taken too long. */
  async #checkFirst(ports: LivePorts, ctx: Context, since: number): Promise<void> {
    const until = since + (this.#live === null ? COLD_WAIT_MS : WAIT_MS);
    for (let now = since; now < until; now = ports.now()) {
      if (this.#takeTurn(now)) {
        const refresh = this.#refresh(ports, now);
        ctx.waitUntil(refresh);
        await Promise.race([refresh, ports.wait(until - now)]);
      } else {
        await ports.wait(LOOK_MS);
      }
      const { checkedAt, failedAt } = this.#checks;
      const checked = checkedAt !== null && checkedAt >= since - CHECK_FIRST_MS;
      if (checked || (failedAt !== null && failedAt >= since)) return;
    }
    this.#fail(ports.now());
  }

  /** One refresh at a time. */
  #takeTurn(now: number): boolean {
    if (this.#turnTakenAt !== null && now - this.#turnTakenAt < TURN_MS) return false;
    this.#turnTakenAt = now;
    return true;
  }

  /** @param sentAt what is learnt now was true at this time or later */
  async #refresh(ports: LivePorts, sentAt: number): Promise<void> {
    const before = this.#snapshot?.revision ?? null;
    try {
      // A day-old isolate may have missed tombstones that are gone by now: it starts over.
      const age = sentAt - (this.#checks.checkedAt ?? 0);
      const pollMs = age > LAST_GOOD_MS / 2 ? await this.#load(ports) : await this.#ask(ports);
      this.#succeed(sentAt, pollMs);
    } catch {
      this.#fail(ports.now());
    }
    if (this.#turnTakenAt === sentAt) this.#turnTakenAt = null;
    // The receipt for what is new, an empty mesh included; otherwise the mesh object would get it with the next question
    // only, and a change meanwhile would not be waited for.
    if (this.#snapshot !== null && this.#snapshot.revision !== before) await this.#report(ports);
  }

  /** Everything, from the registry. */
  async #load(ports: LivePorts): Promise<number> {
    const [snapshot, changes] = await Promise.all([ports.newest(), ports.changes(0)]);
    if (snapshot !== null) this.#adopt(snapshot);
    if (this.#snapshot === null) throw new Error("The registry has no snapshot that this release can read.");
    this.#registrations = new Map();
    this.#register(changes);
    this.#endpoints = mergeAll(this.#snapshot, this.#registrations);
    return this.#checks.pollMs;
  }

  /** What is new: whether, from the mesh object (or, without it, the registry); what, from the registry. */
  async #ask(ports: LivePorts): Promise<number> {
    const told = await this.#poll(ports).catch(async () => ({ ...(await ports.head()), pollMs: UNTOLD_POLL_MS }));
    if (told.revision > this.#head().revision && !this.#wasRefused(told.revision, ports.now())) {
      const snapshot = (await ports.snapshot(told.revision)) ?? (await ports.newest());
      if (snapshot !== null) this.#adopt(snapshot);
      const behind = told.revision > this.#head().revision;
      this.#refused = behind ? { revision: told.revision, at: ports.now() } : null;
    }
    if (told.generation > this.#generation) this.#register(await ports.changes(this.#generation));
    return told.pollMs;
  }

  #poll(ports: LivePorts): Promise<PollAnswer> {
    return ports.poll({ isolate: this.#isolate, edge: ports.edge, colo: this.#place?.colo ?? null, ...this.#head() });
  }

  async #report(ports: LivePorts): Promise<void> {
    const told = await this.#poll(ports).catch(() => null);
    if (told !== null) this.#checks = { ...this.#checks, pollMs: told.pollMs };
  }

  #head(): Head {
    return { revision: this.#snapshot?.revision ?? 0, generation: this.#generation };
  }

  /** Whether a revision that could not be taken over was tried just now. */
  #wasRefused(revision: number, now: number): boolean {
    return this.#refused?.revision === revision && now - this.#refused.at < REFUSED_MS;
  }

  #adopt(snapshot: Snapshot): void {
    if (this.#snapshot !== null && snapshot.revision <= this.#snapshot.revision) return;
    this.#snapshot = snapshot;
    this.#near = nearClusters(snapshot.clusters, this.#place ?? NOWHERE);
    this.#endpoints = mergeAll(snapshot, this.#registrations);
  }

  #register(changes: EndpointChanges): void {
    const { registrations, touched } = registrationsAfter(this.#registrations, changes);
    this.#registrations = registrations;
    this.#generation = Math.max(this.#generation, changes.generation);
    if (this.#snapshot !== null) {
      this.#endpoints = mergeTouched(this.#endpoints, this.#snapshot, registrations, touched);
    }
  }

  #succeed(sentAt: number, pollMs: number): void {
    const checkedAt = Math.max(sentAt, this.#checks.checkedAt ?? 0);
    this.#checks = { checkedAt, failedAt: null, pollMs };
    this.#publish();
  }

  #fail(now: number): void {
    this.#checks = { ...this.#checks, failedAt: now };
    this.#publish();
  }

  /** What requests see changes as a whole, by one reference. */
  #publish(): void {
    const { checkedAt, failedAt } = this.#checks;
    if (this.#snapshot === null || checkedAt === null) return;
    const stale = failedAt !== null || this.#refused !== null;
    this.#live = { snapshot: this.#snapshot, endpoints: this.#endpoints, checkedAt, stale, near: this.#near };
  }
}
