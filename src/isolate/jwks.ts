// Key sets of issuers in an isolate's memory, by URL. Values only, as in live-mesh.ts: requests share what was loaded, never
// a promise. The URL itself is fetched elsewhere, once for the whole fleet: durable/jwks-cache.ts.
import {
  isUsable,
  jwksVerdict,
  MAX_UNKNOWN_KIDS,
  unknownKidVerdict,
  type JwksTimes,
} from "../decide/keys/jwks-copy.ts";
import { JWKS_GAP_MS } from "../decide/keys/jwks-record.ts";
import type { JwksAnswer, JwksQuestion } from "../model/message/jwks-exchange.ts";
import { keySetOf, type KeySet } from "../tokens/key-set.ts";
import type { Context } from "./snapshot.ts";

/** What is needed from outside. */
export interface JwksPorts {
  now(): number;
  wait(ms: number): Promise<void>;
  /** Asks the object that holds the URL's keys; may reject. */
  ask(question: JwksQuestion): Promise<JwksAnswer>;
}

/** Of a document; `allowPrivate`: what its cluster says of private addresses. */
export interface JwksSource {
  readonly jwksUri: string;
  readonly allowPrivate?: boolean;
}

interface Copy {
  readonly source: JwksSource;
  keys: KeySet | null;
  version: string | null;
  times: JwksTimes;
  kidAskedAt: number | null;
  turnTakenAt: number | null;
  waiting: number;
}

/** URLs come from documents; what is beyond this was of policies long gone. */
const MAX_COPIES = 256;
/** A question that takes longer has lost its turn: its request may have been cancelled under it. */
const TURN_MS = 7000;
/** How long a request waits, with and without a set to fall back on. */
const WAIT_MS = 1000;
const COLD_WAIT_MS = 6000;
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 320;
/** Requests of one URL that may wait at a time: a flood must not fill the isolate with waiting. */
const MAX_WAITING = 500;
/** Until the object can be asked again that could not be reached. */
const UNREACHED_MS = 2000;

export class JwksCopies {
  readonly #copies = new Map<string, Copy>();
  /** `<url> <kid>` → when it was not found. */
  readonly #missed = new Map<string, number>();

  /** The keys to check with; null = there are none to be had. */
  current(ports: JwksPorts, ctx: Context, source: JwksSource, now: number): KeySet | null | Promise<KeySet | null> {
    const copy = this.#copyOf(source);
    switch (jwksVerdict(copy.times, now)) {
      case "serve":
        return copy.keys;
      case "none":
        return null;
      case "ask-behind":
        if (takeTurn(copy, now)) ctx.waitUntil(this.#ask(ports, copy, null));
        return copy.keys;
      case "ask-first":
        return this.#askFirst(ports, ctx, copy, now);
    }
  }

  /** After a key was not found: the keys as they are now, where that may make a difference; else null. */
  async newer(ports: JwksPorts, ctx: Context, source: JwksSource, kid: string, now: number): Promise<KeySet | null> {
    const copy = this.#copyOf(source);
    const before = copy.version;
    const name = `${source.jwksUri} ${kid}`;
    const verdict = unknownKidVerdict(copy.kidAskedAt, this.#missed.get(name) ?? null, now);
    // While one asks, the answer may be what this one needs as well: unless it is known not to exist.
    const isAsking = copy.turnTakenAt !== null && !this.#missed.has(name);
    if (verdict === "refuse" && !isAsking) return null;
    if (takeTurn(copy, now)) {
      copy.kidAskedAt = now;
      const asking = this.#ask(ports, copy, kid);
      ctx.waitUntil(asking);
      if (verdict === "ask-behind") return null;
      await Promise.race([asking, ports.wait(COLD_WAIT_MS)]);
    } else if (verdict !== "ask-behind") {
      await this.#waitForTurn(ports, copy, now + COLD_WAIT_MS);
    }
    if (copy.version !== before) return copy.keys;
    this.#miss(name, now);
    return null;
  }

  /** When the keys of a URL may be there again, milliseconds from `now`. */
  retryMs(source: JwksSource, now: number): number {
    return Math.max(1000, this.#copyOf(source).times.notBefore - now);
  }

  async #askFirst(ports: JwksPorts, ctx: Context, copy: Copy, now: number): Promise<KeySet | null> {
    const waitMs = isUsable(copy.times.confirmedAt, now) ? WAIT_MS : COLD_WAIT_MS;
    if (takeTurn(copy, now)) {
      const asking = this.#ask(ports, copy, null);
      ctx.waitUntil(asking);
      await Promise.race([asking, ports.wait(waitMs)]);
    } else {
      await this.#waitForTurn(ports, copy, now + waitMs);
    }
    return isUsable(copy.times.confirmedAt, ports.now()) ? copy.keys : null;
  }

  /** Until another request's question has been answered. */
  async #waitForTurn(ports: JwksPorts, copy: Copy, until: number): Promise<void> {
    if (copy.waiting >= MAX_WAITING) return;
    copy.waiting++;
    let lookMs = FIRST_LOOK_MS;
    while (copy.turnTakenAt !== null && ports.now() < until) {
      await ports.wait(lookMs);
      lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 2);
    }
    copy.waiting--;
  }

  async #ask(ports: JwksPorts, copy: Copy, kid: string | null): Promise<void> {
    const { source, version, turnTakenAt } = copy;
    const sentAt = ports.now();
    const question = { url: source.jwksUri, allowPrivate: source.allowPrivate === true, kid, seen: version };
    try {
      const answer = await ports.ask(question);
      if (answer.ok) await take(copy, answer, sentAt);
      else copy.times = { ...copy.times, askedAt: sentAt, notBefore: sentAt + answer.retryMs };
    } catch {
      copy.times = { ...copy.times, askedAt: sentAt, notBefore: sentAt + UNREACHED_MS };
    }
    if (copy.turnTakenAt === turnTakenAt) copy.turnTakenAt = null;
  }

  #copyOf(source: JwksSource): Copy {
    const name = `${source.allowPrivate === true ? "private" : "public"} ${source.jwksUri}`;
    const held = this.#copies.get(name);
    if (held !== undefined) return held;
    const times = { confirmedAt: null, askedAt: null, notBefore: 0 };
    const copy = { source, keys: null, version: null, times, kidAskedAt: null, turnTakenAt: null, waiting: 0 };
    keepWithin(this.#copies, MAX_COPIES);
    this.#copies.set(name, copy);
    return copy;
  }

  #miss(name: string, now: number): void {
    this.#missed.delete(name);
    keepWithin(this.#missed, MAX_UNKNOWN_KIDS);
    this.#missed.set(name, now);
  }
}

async function take(copy: Copy, answer: Extract<JwksAnswer, { ok: true }>, sentAt: number): Promise<void> {
  // The same keys stay the same object: what was verified with them stays verified.
  if (answer.keys !== null && answer.version !== copy.version) {
    copy.keys = (await keySetOf(answer.keys)).keys;
    copy.version = answer.version;
  }
  const confirmedAt = sentAt - answer.confirmedMs;
  copy.times = { confirmedAt, askedAt: sentAt, notBefore: sentAt + JWKS_GAP_MS };
}

/** One question at a time for each URL. */
function takeTurn(copy: Copy, now: number): boolean {
  if (copy.turnTakenAt !== null && now - copy.turnTakenAt < TURN_MS) return false;
  copy.turnTakenAt = now;
  return true;
}

/** Makes room for one more: the oldest goes. */
function keepWithin(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size >= most && oldest !== undefined) map.delete(oldest);
}
