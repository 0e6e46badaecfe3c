// The mesh's published keys, as a service holds them. Whoever finds them old asks for new ones, one at a time; the others go
// on with what there is for a while, and with the last good ones while the mesh cannot be reached. Values are shared between
// requests, never a promise: on Workers one request may not wait for another's I/O.
import { keySetOf, type KeySet } from "../tokens/key-set.ts";

/** Asked for again; the asker waits, others do not. */
const REFRESH_MS = 25_000;
/** Older keys are checked by everybody: one that was revoked must not be accepted for longer than a minute. */
const CHECK_MS = 50_000;
/** Between two questions for keys that are not known, and after one that failed. Strangers cannot make it more. */
const COOLDOWN_MS = 10_000;
const RETRY_MS = 2000;
/** The last good keys serve for so long without the mesh. */
const LAST_GOOD_MS = 24 * 3_600_000;
const WAIT_MS = 3000;
const LOOK_MS = 10;
const MAX_BYTES = 65_536;

export interface MeshJwksPorts {
  now(): number;
  wait(ms: number): Promise<void>;
  fetch(
    url: string,
    init: { redirect: "manual"; signal: AbortSignal; headers: Record<string, string> },
  ): Promise<Response>;
}

export class MeshJwks {
  readonly #url: string;
  readonly #ports: MeshJwksPorts;
  #keys: KeySet | null = null;
  #checkedAt = -Infinity;
  #failedAt = -Infinity;
  #askedAt = -Infinity;
  #asking = false;

  constructor(url: string, ports: MeshJwksPorts) {
    this.#url = url;
    this.#ports = ports;
  }

  /** null = they cannot be had, or are more than a day old. Never rejects. */
  async current(): Promise<KeySet | null> {
    const now = this.#ports.now();
    const age = now - this.#checkedAt;
    const failing = now - this.#failedAt < RETRY_MS;
    if (age > REFRESH_MS && !failing && (!this.#isAsking(now) || age > CHECK_MS)) await this.#refresh(now);
    return this.#ports.now() - this.#checkedAt > LAST_GOOD_MS ? null : this.#keys;
  }

  /** After a key id that is not among the current ones. @returns null = nothing newer can be had now */
  async newer(): Promise<KeySet | null> {
    const now = this.#ports.now();
    if (now - this.#askedAt < COOLDOWN_MS) return null;
    await this.#refresh(now);
    return this.#checkedAt >= now ? this.#keys : null;
  }

  /** Asks, or waits until whoever asks has an answer or has taken too long. */
  async #refresh(since: number): Promise<void> {
    for (let now = since; now - since < WAIT_MS; now = this.#ports.now()) {
      if (!this.#isAsking(now)) return this.#ask(now);
      await this.#ports.wait(LOOK_MS);
      if (Math.max(this.#checkedAt, this.#failedAt) >= since) return;
    }
  }

  /** A question whose request was cancelled under it never ends: after a while it does not count. */
  #isAsking(now: number): boolean {
    return this.#asking && now - this.#askedAt < WAIT_MS;
  }

  async #ask(now: number): Promise<void> {
    this.#asking = true;
    this.#askedAt = now;
    try {
      const { keys, size } = await keySetOf(await this.#fetch());
      if (size === 0) throw new Error("the mesh publishes no key");
      this.#keys = keys;
      this.#checkedAt = now;
    } catch {
      this.#failedAt = this.#ports.now();
    }
    this.#asking = false;
  }

  async #fetch(): Promise<unknown> {
    const signal = AbortSignal.timeout(WAIT_MS);
    const headers = { accept: "application/jwk-set+json, application/json" };
    const response = await this.#ports.fetch(this.#url, { redirect: "manual", signal, headers });
    if (response.status !== 200) throw new Error(`the mesh answered ${response.status}`);
    const text = await response.text();
    if (text.length > MAX_BYTES) throw new Error("the key set is too large");
    return JSON.parse(text);
  }
}
