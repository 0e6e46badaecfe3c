// `timeout` and `retries` of Istio → `timeouts` and `retry` of a rule. Statuses are listed here, conditions of Envoy
// there.
import { parseDuration } from "../../../model/document/field/duration.ts";
import { gatewayDuration } from "../../source/gateway-duration.ts";
import type { Field } from "../../source/source-field.ts";

interface Patience {
  readonly timeouts: Readonly<Record<string, string>>;
  readonly retry: Readonly<Record<string, unknown>> | null;
}

export function translatePatience(rule: Field): Patience {
  const retries = rule.at("retries");
  // Istio has no deadline where none is written; the mesh has one of 15 s unless a route says 0s.
  const request = durationOf(rule.at("timeout")) ?? "0s";
  const perTry = durationOf(retries.at("perTryTimeout"));
  const longer = perTry !== null && ms(request) > 0 && ms(perTry) > ms(request);
  if (longer) {
    retries.at("perTryTimeout").drop(`It is longer than the whole request may take (${request})`);
  }
  const timeouts = { request, ...(perTry === null || longer ? {} : { backendRequest: perTry }) };
  return { timeouts, retry: retries.present ? translateRetries(retries) : null };
}

const ms = (text: string): number => parseDuration(text) ?? 0;

function durationOf(field: Field): string | null {
  const text = field.text();
  const duration = text === null ? null : gatewayDuration(text);
  if (text !== null && duration === null) {
    field.drop("It is not a duration in whole milliseconds");
  }
  return duration;
}

/** Statuses that a condition of Envoy stands for. */
const CODES: Readonly<Record<string, readonly number[]>> = {
  "5xx": [500, 502, 503, 504],
  "gateway-error": [502, 503, 504],
  "retriable-4xx": [409],
};
/** A lost connection is tried again wherever there is a retry. */
const ALWAYS = new Set(["connect-failure", "refused-stream", "reset", "reset-before-request"]);

/** null = none: a rule without `retry` has no retries. */
function translateRetries(field: Field): Readonly<Record<string, unknown>> | null {
  const attempts = field.at("attempts").number() ?? 2;
  const backoff = durationOf(field.at("backoff"));
  const on = field.at("retryOn");
  const words =
    on
      .text()
      ?.split(",")
      .map((word) => word.trim()) ?? [];
  const codes = new Set<number>();
  const unsayable: string[] = [];
  for (const word of words) {
    const listed = Object.hasOwn(CODES, word) ? CODES[word] : undefined;
    const code = /^[45]\d\d$/.test(word) ? Number(word) : null;
    for (const one of listed ?? (code === null ? [] : [code])) {
      codes.add(one);
    }
    if (listed === undefined && code === null && word !== "" && !ALWAYS.has(word)) {
      unsayable.push(word);
    }
  }
  if (unsayable.length > 0) {
    on.change(`Left out, because only statuses and lost connections are tried again: ${unsayable.join(", ")}`);
  }
  if (words.includes("5xx")) {
    on.change("5xx stands for 500, 502, 503 and 504");
  }
  if (on.present && !words.some((word) => ALWAYS.has(word) || word === "5xx" || word === "gateway-error")) {
    on.change("A lost connection is tried again as well, which it did not name");
  }
  if (attempts > 0) {
    field.change("Only idempotent methods are tried again, and others when the caller sends an Idempotency-Key");
  }
  if (!Number.isInteger(attempts) || attempts < 0 || attempts > 100) {
    field.at("attempts").drop("It must be a whole number from 0 to 100");
    return null;
  }
  if (attempts === 0) {
    return null;
  }
  return { attempts, ...(codes.size > 0 ? { codes: [...codes] } : {}), ...(backoff === null ? {} : { backoff }) };
}
