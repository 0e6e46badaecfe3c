// When a key set is fetched from its URL, and what becomes of what came back. One record for each URL in the whole
// fleet, so whoever asks, and however often, the URL sees at most one request in 30 s. What makes one due: nothing was
// ever read, ten minutes have passed, or somebody wants a key that is not in the set. The last good set stays for a
// day: an issuer that is down, or answers with something that is no key set, locks nobody out, and nothing ever takes
// the place of its keys. Where nothing was ever read, nobody can be let in: then the first attempts come sooner (2, 4,
// 8, 16 s).
import type { PublicKeys } from "../../model/document/field/jwks.ts";
import { isRecord } from "../../model/word/record.ts";

/** Read again, behind those who ask. */
export const JWKS_TTL_MS = 600_000;
/** Least time between two requests to one URL. */
export const JWKS_GAP_MS = 30_000;
/** The last good set serves for so long. */
export const JWKS_LAST_GOOD_MS = 24 * 3_600_000;
const FIRST_RETRY_MS = 2000;
const MAX_KEYS = 64;

export interface JwksRecord {
  readonly keys: PublicKeys | null;
  /** Another one for each other content; it names the content, so equal sets have equal versions. */
  readonly version: string;
  /** When the keys were last read, milliseconds since the epoch; null = never. */
  readonly confirmedAt: number | null;
  /** When the last request was sent; null = none was. */
  readonly attemptedAt: number | null;
  /** Requests in a row that failed. */
  readonly failures: number;
  /** Why the last one did; null = it did not. */
  readonly reason: string | null;
}

export const NO_KEYS: JwksRecord = {
  keys: null,
  version: "",
  confirmedAt: null,
  attemptedAt: null,
  failures: 0,
  reason: null,
};

/** @param kid somebody wants this key; null = nobody wants one in particular */
export function isFetchDue(record: JwksRecord, kid: string | null, now: number): boolean {
  if (record.attemptedAt !== null && now - record.attemptedAt < gapMs(record)) {
    return false;
  }
  if (record.confirmedAt === null || now - record.confirmedAt >= JWKS_TTL_MS) {
    return true;
  }
  return kid !== null && !holds(record, kid);
}

/** Before the request goes out, so that a record that outlives a crash still counts it. */
export function withAttempt(record: JwksRecord, now: number): JwksRecord {
  return { ...record, attemptedAt: now };
}

export function withKeys(record: JwksRecord, keys: PublicKeys, version: string, now: number): JwksRecord {
  return { ...record, keys, version, confirmedAt: now, failures: 0, reason: null };
}

export function withFailure(record: JwksRecord, reason: string): JwksRecord {
  return { ...record, failures: record.failures + 1, reason };
}

/** The keys, while they may still be used. */
export function usableKeys({ keys, confirmedAt }: JwksRecord, now: number): PublicKeys | null {
  return confirmedAt !== null && now - confirmedAt < JWKS_LAST_GOOD_MS ? keys : null;
}

/** Until the next request may be sent. */
export function retryMs(record: JwksRecord, now: number): number {
  return record.attemptedAt === null ? 0 : Math.max(0, record.attemptedAt + gapMs(record) - now);
}

function holds({ keys }: JwksRecord, kid: string): boolean {
  return keys?.keys.some((key) => key["kid"] === kid) ?? false;
}

function gapMs({ confirmedAt, failures }: JwksRecord): number {
  if (confirmedAt !== null) {
    return JWKS_GAP_MS;
  }
  return Math.min(JWKS_GAP_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
}

/** A set from the text of an answer, or why it is none. An empty one is a mistake of its issuer's, not a revocation. */
export function readKeys(text: string): PublicKeys | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the answer is not JSON";
  }
  const list: unknown = isRecord(value) ? value["keys"] : undefined;
  if (!Array.isArray(list)) {
    return "the answer is not a JSON Web Key Set";
  }
  if (list.length > MAX_KEYS) {
    return `the set has more than ${MAX_KEYS} keys`;
  }
  const keys = list.filter(isPublic);
  return keys.length === 0 ? "the set holds no public key" : { keys };
}

const PUBLIC = new Set<unknown>(["RSA", "EC", "OKP"]);

function isPublic(key: unknown): key is PublicKeys["keys"][number] {
  return isRecord(key) && PUBLIC.has(key["kty"]);
}
