// Key sets of issuers in an isolate's memory, by URL. The URL itself is fetched elsewhere, once for the whole fleet:
// durable/jwks-cache.ts. What nobody can give is not asked for again before the time that was told.
import { MAX_UNKNOWN_KIDS, unknownKidVerdict } from "../decide/keys/unknown-kid.ts";
import { JWKS_GAP_MS, JWKS_LAST_GOOD_MS, JWKS_TTL_MS } from "../decide/keys/jwks-record.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { JwksAnswer, JwksQuestion } from "../model/message/jwks-exchange.ts";
import { keySetOf, type KeySet } from "../tokens/key-set.ts";
import { Kept, type Clock, type Context, type KeptTerms, type Loaded, type NotLoaded } from "./kept.ts";

/** What is needed from outside. */
export interface JwksPorts extends Clock {
  /** Asks the object that holds the URL's keys; may reject. */
  ask(question: JwksQuestion): Promise<JwksAnswer>;
}

/** Of a document; `allowPrivate`: what its cluster says of private addresses. */
export interface JwksSource {
  readonly jwksUri: string;
  readonly allowPrivate?: boolean;
}

/** Young until ten minutes after it was last read at its source; a source that is down locks nobody out for a day. */
const TERMS: KeptTerms = {
  freshMs: JWKS_TTL_MS,
  // An isolate that slept must not go on with a key that was taken back.
  checkFirstMs: 2 * JWKS_TTL_MS,
  lastGoodMs: JWKS_LAST_GOOD_MS,
  outageMs: 2 * JWKS_TTL_MS,
  retryMs: 2000,
  coldRetryMs: 2000,
  waitMs: 1000,
  coldWaitMs: 6000,
  turnMs: 7000,
  mostWaiting: 500,
};
/** URLs come from documents; what is beyond this was of policies long gone. */
const MAX_COPIES = 256;

interface Held {
  readonly keys: KeySet;
  readonly version: string;
}

/** One question: of which URL, and for which key. */
interface Asking extends JwksPorts {
  readonly source: JwksSource;
  readonly kid: string | null;
}

interface Copy {
  readonly kept: Kept<Held, Asking>;
  /** When a key was last asked for that is not known. */
  kidAskedAt: number | null;
}

export class HeldJwks {
  readonly #copies = new BoundedMap<string, Copy>(MAX_COPIES);
  /** `<url> <kid>` → when it was not found. */
  readonly #missed = new BoundedMap<string, number>(MAX_UNKNOWN_KIDS);

  /**
   * The keys to check with. Never rejects.
   *
   * @returns null = they cannot be had, or are more than a day old: nobody can be let in by them
   */
  current(ports: JwksPorts, ctx: Context, source: JwksSource, now: number): KeySet | null | Promise<KeySet | null> {
    const held = this.#copyOf(source).kept.current({ ...ports, source, kid: null }, ctx, now);
    return held instanceof Promise ? held.then((one) => one?.keys ?? null) : (held?.keys ?? null);
  }

  /** What is held, without asking anybody; null = nothing is. */
  last(source: JwksSource): KeySet | null {
    return this.#copies.get(nameOf(source))?.kept.last?.keys ?? null;
  }

  /**
   * After a key id was not found: the keys as they are now, where that may make a difference. At most one question in
   * 30 s, whatever strangers write. Never rejects.
   *
   * @returns null = nothing newer
   */
  async newer(ports: JwksPorts, ctx: Context, source: JwksSource, kid: string, now: number): Promise<KeySet | null> {
    const copy = this.#copyOf(source);
    const { kept } = copy;
    const before = kept.last?.version;
    const name = `${source.jwksUri} ${kid}`;
    const verdict = unknownKidVerdict(copy.kidAskedAt, this.#missed.get(name) ?? null, now);
    const isAsking = kept.isAsking(now);
    // While one asks, the answer may be what this one needs as well: unless it is known not to exist.
    if (verdict === "refuse" && (!isAsking || this.#missed.has(name))) {
      return null;
    }
    if (!isAsking) {
      copy.kidAskedAt = now;
    }
    const asking = { ...ports, source, kid };
    if (verdict === "ask-behind") {
      kept.renewBehind(asking, ctx, now);
      return null;
    }
    await kept.renew(asking, ctx, now);
    if (kept.last !== null && kept.last.version !== before) {
      return kept.last.keys;
    }
    this.#missed.set(name, now);
    return null;
  }

  /** Milliseconds until keys that could not be had may be there. */
  retryMs(source: JwksSource, now: number): number {
    return Math.max(1000, this.#copyOf(source).kept.checks.notBefore - now);
  }

  #copyOf(source: JwksSource): Copy {
    return this.#copies.getOrMake(nameOf(source), () => ({ kept: new Kept(TERMS, ask), kidAskedAt: null }));
  }
}

function nameOf({ allowPrivate, jwksUri }: JwksSource): string {
  return `${allowPrivate === true ? "private" : "public"} ${jwksUri}`;
}

async function ask(
  { ask: send, source, kid }: Asking,
  held: Held | null,
  { sentAt }: { readonly sentAt: number },
): Promise<Loaded<Held> | NotLoaded> {
  const seen = held?.version ?? null;
  const answer = await send({ url: source.jwksUri, allowPrivate: source.allowPrivate === true, kid, seen });
  if (!answer.ok) {
    return answer;
  }
  const told = { confirmedAt: sentAt - answer.confirmedMs, restMs: JWKS_GAP_MS };
  // The same keys stay the same object: what was verified with them stays verified.
  if (held !== null && (answer.keys === null || answer.version === seen)) {
    return { value: held, ...told };
  }
  if (answer.keys === null) {
    throw new Error("The object takes somebody who has nothing for up to date");
  }
  return { value: { keys: (await keySetOf(answer.keys)).keys, version: answer.version }, ...told };
}
