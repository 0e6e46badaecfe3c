// The mesh's own keys in an isolate's memory. Like the snapshot they are shared as values, never as a promise: one request may
// not wait for another's I/O. A key that was revoked is refused within 60 s: no isolate decides on keys that it last asked
// about longer ago than that, unless the ring cannot be reached.
import { CHECK_KEYS_MS, keyFreshness } from "../decide/keys/key-freshness.ts";
import type { KeyAnswer, KeyJwk, KeyMaterial } from "../model/message/key-ring.ts";
import type { Key, MeshKeys } from "../model/message/mesh-keys.ts";
import { decodeBase64url } from "../tokens/base64url.ts";
import type { Context } from "./snapshot.ts";

/** How long a request waits where there is something to fall back on, and where there is nothing. */
const WAIT_MS = 1000;
const COLD_WAIT_MS = 3000;
/** A question that takes longer has lost its turn: its request may have been cancelled under it. */
const TURN_MS = 2000;
const LOOK_MS = 10;

/** What the keys need from outside. */
export interface KeyPorts {
  now(): number;
  wait(ms: number): Promise<void>;
  /** Asks the ring; may reject. */
  material(tag: string | null): Promise<KeyAnswer>;
}

export class HeldKeys {
  #keys: MeshKeys | null = null;
  #tag: string | null = null;
  #checkedAt: number | null = null;
  #failedAt: number | null = null;
  #turnTakenAt: number | null = null;

  /** null = they cannot be had. Never rejects. */
  current(ports: KeyPorts, ctx: Context, now: number): Promise<MeshKeys | null> | MeshKeys | null {
    switch (keyFreshness({ checkedAt: this.#checkedAt, failedAt: this.#failedAt }, now)) {
      case "serve":
        return this.#keys;
      case "refresh-behind":
        if (this.#takeTurn(now)) ctx.waitUntil(this.#refresh(ports, now));
        return this.#keys;
      case "check-first":
        return this.#checkFirst(ports, ctx, now);
      case "expired":
        return this.#checkFirst(ports, ctx, now).then(() =>
          this.#checkedAt !== null && this.#checkedAt >= now ? this.#keys : null,
        );
    }
  }

  /** What is held is asked about before it is used again; it still serves where the ring does not answer. */
  doubt(): void {
    if (this.#checkedAt !== null) this.#checkedAt = this.#checkedAt - CHECK_KEYS_MS - 1;
    this.#failedAt = null;
  }

  async #checkFirst(ports: KeyPorts, ctx: Context, since: number): Promise<MeshKeys | null> {
    const until = since + (this.#keys === null ? COLD_WAIT_MS : WAIT_MS);
    for (let now = since; now < until; now = ports.now()) {
      if (this.#takeTurn(now)) {
        const refresh = this.#refresh(ports, now);
        ctx.waitUntil(refresh);
        await Promise.race([refresh, ports.wait(until - now)]);
      } else {
        await ports.wait(LOOK_MS);
      }
      const ended = Math.max(this.#checkedAt ?? 0, this.#failedAt ?? 0);
      if (ended >= since) return this.#keys;
    }
    this.#failedAt = ports.now();
    return this.#keys;
  }

  #takeTurn(now: number): boolean {
    if (this.#turnTakenAt !== null && now - this.#turnTakenAt < TURN_MS) return false;
    this.#turnTakenAt = now;
    return true;
  }

  /** @param sentAt what is learnt now was true then or later */
  async #refresh(ports: KeyPorts, sentAt: number): Promise<void> {
    try {
      const answer = await ports.material(this.#tag);
      if (!("unchanged" in answer)) {
        this.#keys = await importAll(answer);
        this.#tag = answer.tag;
      }
      this.#checkedAt = Math.max(sentAt, this.#checkedAt ?? 0);
      this.#failedAt = null;
    } catch {
      this.#failedAt = ports.now();
    }
    if (this.#turnTakenAt === sentAt) this.#turnTakenAt = null;
  }
}

async function importAll({ signing, accepted, pepper }: KeyMaterial): Promise<MeshKeys> {
  const held = await Promise.all(
    accepted.map(async ({ kid, jwk }): Promise<[string, Key]> => [kid, await importKey(jwk, "verify")]),
  );
  const bytes = decodeBase64url(pepper);
  if (bytes === null) throw new Error("The ring's pepper cannot be read");
  return {
    signing: { kid: signing.kid, key: await importKey(signing.jwk, "sign") },
    accepted: new Map(held),
    pepper: await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  };
}

/** Public keys may be told again: they are published. */
function importKey(jwk: KeyJwk, use: "sign" | "verify"): Promise<Key> {
  return crypto.subtle.importKey("jwk", { ...jwk }, { name: "ECDSA", namedCurve: "P-256" }, use === "verify", [use]);
}
