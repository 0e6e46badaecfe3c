// The mesh's own secrets, one object: its signing keys and the pepper of client secrets. Made here, kept here, and
// handed to isolates only; what decides when a key does what is decide/keys/key-rotation.ts. A private key is deleted
// when it stops signing.
import { DurableObject } from "cloudflare:workers";
import {
  advanceKeys,
  askRotation,
  inState,
  isPublished,
  newRing,
  revoke,
  switchAt,
  wakeAt,
  type Ring,
} from "../src/decide/keys/key-rotation.ts";
import type { KeyRingObject } from "../src/model/message/objects.ts";
import type { KeyAnswer, KeyJwk, RingView } from "../src/model/message/key-ring.ts";
import { encodeBase64url } from "../src/tokens/base64url.ts";
import { newKeyPair } from "../src/tokens/own-keys.ts";

const RING = "ring";
const TAG = "tag";
const PEPPER = "pepper";
const PUBLIC = "public:";
const PRIVATE = "private:";
const PEPPER_BYTES = 32;

interface NewKey {
  readonly kid: string;
  readonly publicJwk: KeyJwk;
  readonly privateJwk: KeyJwk;
}

export class KeyRing extends DurableObject implements KeyRingObject {
  readonly #kv = this.ctx.storage.kv;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    // Whoever comes first waits until there are keys; nothing else is answered meanwhile.
    void ctx.blockConcurrencyWhile(() => this.#begin());
  }

  /** For isolates. @param tag of what the asker holds; null = nothing */
  async material(tag: string | null): Promise<KeyAnswer> {
    const ring = await this.#current();
    const held = this.#kv.get<string>(TAG) ?? "";
    if (tag === held) {
      return { unchanged: true };
    }
    const accepted = ring.keys.filter(isPublished).map(({ kid }) => ({ kid, jwk: this.#jwk(PUBLIC, kid) }));
    const kid = inState(ring, "signing")?.kid ?? "";
    const signing = { kid, jwk: this.#jwk(PRIVATE, kid) };
    return { tag: held, signing, accepted, pepper: this.#kv.get<string>(PEPPER) ?? "" };
  }

  /** For operators: which keys there are, and none of them. */
  async view(): Promise<RingView> {
    return viewOf(await this.#current());
  }

  /** Asks for a new signing key. */
  async rotate(): Promise<RingView> {
    const fresh = await newKey();
    return viewOf(this.#write((ring) => askRotation(ring, fresh.kid, Date.now()), fresh));
  }

  /** Takes a key out of use at once. @returns null = there is no such key in force */
  async revoke(kid: string): Promise<RingView | null> {
    const fresh = await newKey();
    const after = revoke(this.#ring(), kid, fresh.kid, Date.now());
    return after === null ? null : viewOf(this.#write(() => after, fresh));
  }

  override async alarm(): Promise<void> {
    await this.#current();
    await this.ctx.storage.setAlarm(wakeAt(this.#ring()));
  }

  async #begin(): Promise<void> {
    if (this.#kv.get<Ring>(RING) !== undefined) {
      return;
    }
    const [signing, next] = await Promise.all([newKey(), newKey()]);
    this.#kv.put(PEPPER, encodeBase64url(crypto.getRandomValues(new Uint8Array(PEPPER_BYTES))));
    this.#keep(signing);
    this.#write(() => newRing(signing.kid, next.kid, Date.now()), next);
  }

  /** The ring as of now: an alarm may be late. */
  async #current(): Promise<Ring> {
    if (wakeAt(this.#ring()) > Date.now()) {
      return this.#ring();
    }
    const fresh = await newKey();
    return this.#write((ring) => advanceKeys(ring, fresh.kid, Date.now()), fresh);
  }

  #ring(): Ring {
    return this.#kv.get<Ring>(RING) ?? { keys: [], asked: false, periodMs: Infinity };
  }

  /** In one turn, without waiting for anything: keys and ring are written together or not at all. */
  #write(change: (ring: Ring) => Ring, fresh: NewKey): Ring {
    const after = change(this.#ring());
    if (after.keys.some(({ kid }) => kid === fresh.kid)) {
      this.#keep(fresh);
    }
    this.#kv.put(RING, after);
    this.#kv.put(TAG, crypto.randomUUID());
    const states = new Map(after.keys.map((key) => [key.kid, key]));
    for (const [name] of this.#kv.list({ prefix: PRIVATE })) {
      const state = states.get(name.slice(PRIVATE.length))?.state;
      if (state !== "signing" && state !== "next") {
        this.#kv.delete(name);
      }
    }
    for (const [name] of this.#kv.list({ prefix: PUBLIC })) {
      const key = states.get(name.slice(PUBLIC.length));
      if (key === undefined || !isPublished(key)) {
        this.#kv.delete(name);
      }
    }
    void this.ctx.storage.setAlarm(wakeAt(after));
    return after;
  }

  #keep({ kid, publicJwk, privateJwk }: NewKey): void {
    this.#kv.put(PUBLIC + kid, publicJwk);
    this.#kv.put(PRIVATE + kid, privateJwk);
  }

  #jwk(prefix: string, kid: string): KeyJwk {
    const jwk = this.#kv.get<KeyJwk>(prefix + kid);
    if (jwk === undefined) {
      throw new Error(`The ring has no key ${kid}`);
    }
    return jwk;
  }
}

function viewOf(ring: Ring): RingView {
  return { keys: ring.keys.map((key) => ({ ...key })), rotatesAt: switchAt(ring) };
}

/** Its id is random: it says nothing about the key, and no two rings have one in common. */
async function newKey(): Promise<NewKey> {
  const random = crypto.getRandomValues(new Uint8Array(12));
  // It begins with a letter: a command takes for an option what begins with a dash.
  random[0] = (random[0] ?? 0) & 0x7f;
  return { kid: encodeBase64url(random), ...(await newKeyPair()) };
}
