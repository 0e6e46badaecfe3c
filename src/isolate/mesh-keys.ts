// The mesh's own keys in an isolate's memory. The mesh object tells of a key that was revoked (2 s); without it a
// revoked key is refused within 60 s, since no isolate decides on keys that it last asked about longer ago than that,
// unless the ring cannot be reached; then the keys at hand serve on for a day.
import type { KeyAnswer, KeyMaterial } from "../model/message/key-ring.ts";
import type { Key, MeshKeys } from "../model/message/mesh-keys.ts";
import { decodeBase64url } from "../tokens/base64url.ts";
import { importOwnKey } from "../tokens/own-keys.ts";
import { Kept, type Clock, type Context, type KeptTerms } from "./kept.ts";

export const KEY_TERMS: KeptTerms = {
  freshMs: 25_000,
  checkFirstMs: 50_000,
  lastGoodMs: 24 * 3_600_000,
  outageMs: 0,
  retryMs: 2000,
  coldRetryMs: 2000,
  waitMs: 1000,
  coldWaitMs: 3000,
  turnMs: 2000,
  mostWaiting: Infinity,
};

/** What the keys need from outside. */
export interface KeyPorts extends Clock {
  /** Asks the ring; may reject. */
  material(tag: string | null): Promise<KeyAnswer>;
}

interface Held {
  readonly keys: MeshKeys;
  readonly tag: string;
}

export class HeldKeys {
  readonly #kept = new Kept<Held, KeyPorts>(KEY_TERMS, async (ports, held) => {
    const answer = await ports.material(held?.tag ?? null);
    if (!("unchanged" in answer)) {
      return { value: { keys: await importAll(answer), tag: answer.tag } };
    }
    if (held === null) {
      throw new Error("The ring takes somebody who has nothing for up to date");
    }
    return { value: held };
  });

  /** null = they cannot be had: then nothing that needs them is accepted. Never rejects. */
  current(ports: KeyPorts, ctx: Context, now: number): Promise<MeshKeys | null> | MeshKeys | null {
    const held = this.#kept.current(ports, ctx, now);
    return held instanceof Promise ? held.then((one) => one?.keys ?? null) : (held?.keys ?? null);
  }

  /** The ring has just been changed from here: the next request asks it. */
  doubt(): void {
    this.#kept.doubt();
  }
}

async function importAll({ signing, accepted, pepper }: KeyMaterial): Promise<MeshKeys> {
  const held = await Promise.all(
    accepted.map(async ({ kid, jwk }): Promise<[string, Key]> => [kid, await importOwnKey(jwk)]),
  );
  const bytes = decodeBase64url(pepper);
  if (bytes === null) {
    throw new Error("The ring's pepper cannot be read");
  }
  return {
    signing: { kid: signing.kid, key: await importOwnKey(signing.jwk) },
    accepted: new Map(held),
    pepper: await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  };
}
