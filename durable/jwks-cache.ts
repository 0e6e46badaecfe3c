// The keys behind one URL, for the whole fleet: the only place from which that URL is fetched, so that ten thousand
// isolates and any number of forged key ids make one request in 30 s. Keeps the last good set across restarts, for a
// day. Decides nothing about tokens, and holds nothing secret.
import { sha256Hex } from "../src/model/word/digest.ts";
import { DurableObject } from "cloudflare:workers";
import { refusalForAddress } from "../src/decide/text/address.ts";
import {
  isFetchDue,
  JWKS_GAP_MS,
  JWKS_LAST_GOOD_MS,
  NO_KEYS,
  retryMs,
  usableKeys,
  withAttempt,
  withFailure,
  withKeys,
  type JwksRecord,
} from "../src/decide/keys/jwks-record.ts";
import type { JwksCacheObject } from "../src/model/message/objects.ts";
import type { JwksAnswer, JwksQuestion } from "../src/model/message/jwks-exchange.ts";
import { fetchJwks } from "./fetch-jwks.ts";

export class JwksCache extends DurableObject implements JwksCacheObject {
  #record: JwksRecord = this.ctx.storage.kv.get<JwksRecord>("jwks") ?? NO_KEYS;
  /** The request on its way: whoever asks meanwhile waits for it. */
  #fetching: Promise<void> | null = null;

  async ask(question: JwksQuestion): Promise<JwksAnswer> {
    const { url, allowPrivate, kid, seen } = question;
    const refused = refusalForAddress(url, { allowPrivate });
    if (refused !== null) {
      return { ok: false, reason: refused, retryMs: JWKS_GAP_MS };
    }
    if (this.#fetching === null && isFetchDue(this.#record, kid, Date.now())) {
      this.#fetching = this.#fetch(url, allowPrivate).finally(() => (this.#fetching = null));
    }
    if (this.#fetching !== null) {
      await this.#fetching;
    }
    return this.#answer(seen, Date.now());
  }

  /** Nobody has needed the keys for a day: they could not be used any more. */
  override async alarm(): Promise<void> {
    if (usableKeys(this.#record, Date.now()) !== null) {
      return this.#remindMe();
    }
    await this.ctx.storage.deleteAll();
    this.#record = NO_KEYS;
  }

  #answer(seen: string | null, now: number): JwksAnswer {
    const record = this.#record;
    const keys = usableKeys(record, now);
    if (keys === null || record.confirmedAt === null) {
      const reason = record.reason ?? "they are older than a day";
      return { ok: false, reason, retryMs: retryMs(record, now) };
    }
    const { version } = record;
    return { ok: true, version, confirmedMs: now - record.confirmedAt, keys: seen === version ? null : keys };
  }

  async #fetch(url: string, allowPrivate: boolean): Promise<void> {
    this.#keep(withAttempt(this.#record, Date.now()));
    const read = await fetchJwks(url, allowPrivate);
    if (typeof read === "string") {
      this.#keep(withFailure(this.#record, read));
      return;
    }
    this.#keep(withKeys(this.#record, read, await versionOf(read), Date.now()));
    await this.#remindMe();
  }

  #keep(record: JwksRecord): void {
    this.#record = record;
    this.ctx.storage.kv.put("jwks", record);
  }

  async #remindMe(): Promise<void> {
    await this.ctx.storage.setAlarm((this.#record.confirmedAt ?? Date.now()) + JWKS_LAST_GOOD_MS);
  }
}

async function versionOf(keys: object): Promise<string> {
  return (await sha256Hex(JSON.stringify(keys))).slice(0, 32);
}
