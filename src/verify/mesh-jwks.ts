// The mesh's published keys, as a service holds them: fetched from its address, kept fresh as isolate/kept.ts does it.
import { readLimited } from "../bounded/read-limited.ts";
import { Kept, type Clock, type KeptTerms, type Loaded } from "../isolate/kept.ts";
import { keySetOf, type KeySet } from "../tokens/key-set.ts";

const TIMEOUT_MS = 3000;
const TERMS: KeptTerms = {
  freshMs: 25_000,
  // A key that was revoked must not be accepted for longer than a minute.
  checkFirstMs: 50_000,
  lastGoodMs: 24 * 3_600_000,
  outageMs: 0,
  retryMs: 2000,
  coldRetryMs: 2000,
  waitMs: TIMEOUT_MS,
  coldWaitMs: TIMEOUT_MS,
  turnMs: TIMEOUT_MS,
  mostWaiting: Infinity,
};
/** Between two questions for keys that are not known. Strangers cannot make it more. */
const COOLDOWN_MS = 10_000;
const MAX_BYTES = 65_536;

export interface MeshJwksPorts extends Clock {
  fetch(
    url: string,
    init: { redirect: "manual"; signal: AbortSignal; headers: Record<string, string> },
  ): Promise<Response>;
}

export class MeshJwks {
  readonly #url: string;
  readonly #ports: MeshJwksPorts;
  readonly #kept = new Kept<KeySet, MeshJwksPorts>(TERMS, (_, __, { sentAt }) => this.#load(sentAt));
  #askedAt = -Infinity;

  constructor(url: string, ports: MeshJwksPorts) {
    this.#url = url;
    this.#ports = ports;
  }

  /** null = they cannot be had, or are more than a day old. Never rejects. */
  async current(): Promise<KeySet | null> {
    return this.#kept.current(this.#ports, null, this.#ports.now());
  }

  /** After a key id that is not among the current ones. @returns null = nothing newer can be had now */
  async newer(): Promise<KeySet | null> {
    const now = this.#ports.now();
    if (now - this.#askedAt < COOLDOWN_MS) {
      return null;
    }
    await this.#kept.renew(this.#ports, null, now);
    return (this.#kept.checks.confirmedAt ?? -Infinity) >= now ? this.#kept.last : null;
  }

  async #load(sentAt: number): Promise<Loaded<KeySet>> {
    this.#askedAt = sentAt;
    const { keys, size } = await keySetOf(await this.#fetch());
    if (size === 0) {
      throw new Error("the mesh publishes no key");
    }
    return { value: keys };
  }

  async #fetch(): Promise<unknown> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { accept: "application/jwk-set+json, application/json" };
    const response = await this.#ports.fetch(this.#url, { redirect: "manual", signal, headers });
    if (response.status !== 200) {
      throw new Error(`the mesh answered ${response.status}`);
    }
    const bytes = await readLimited(response.body, MAX_BYTES);
    if (bytes === null) {
      throw new Error("the key set is too large");
    }
    return JSON.parse(new TextDecoder().decode(bytes));
  }
}
