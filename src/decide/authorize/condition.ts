// One `when` of an AuthorizationPolicy against a request: a claim, a header, or an attribute. What is absent has no
// value: it is none of `values`, and fulfils `notValues`. What cannot be judged is "maybe", never "no".
import type { AuthorizationCondition } from "../../model/snapshot/access.ts";
import type { Claims } from "../../model/snapshot/caller.ts";
import {
  addressFits,
  applicationFits,
  methodFits,
  namespaceFits,
  pathFits,
  principalFits,
  type AuthorizationRequest,
} from "./request.ts";
import { addressBits } from "../text/ip.ts";
import { both, fitsAny, matchesAny, MAYBE, negated, NO, YES, type Truth } from "./pattern.ts";
import { claimNamed } from "../text/claim-named.ts";

/** How the thing that a key names compares. */
interface Subject {
  readonly fits: (patterns: readonly string[]) => Truth;
  /** Does it, as a list, hold all of these words? */
  readonly holds: (words: readonly string[]) => Truth;
}

export function conditionHolds(
  { key, values, notValues, contains }: AuthorizationCondition,
  asked: AuthorizationRequest,
): Truth {
  const subject = subjectOf(key, asked);
  let truth: Truth = YES;
  if (values.length > 0) {
    truth = both(truth, subject.fits(values));
  }
  if (notValues.length > 0) {
    truth = both(truth, negated(subject.fits(notValues)));
  }
  return contains.length > 0 ? both(truth, subject.holds(contains)) : truth;
}

const ABSENT: Subject = { fits: () => NO, holds: () => NO };
const UNKNOWN: Subject = { fits: () => MAYBE, holds: () => MAYBE };

function subjectOf(key: string, asked: AuthorizationRequest): Subject {
  if (key.startsWith("claim:")) {
    return claimSubject(asked.caller.claims, key.slice(6));
  }
  if (key.startsWith("header:")) {
    return headerSubject(key.slice(7), asked.header(key.slice(7)));
  }
  const { caller, clientAddress } = asked;
  switch (key) {
    case "source.ip":
      return attribute((blocks) => addressFits(blocks, clientAddress === null ? null : addressBits(clientAddress)));
    case "source.namespace":
      return attribute((patterns) => namespaceFits(patterns, caller));
    case "source.principal":
      return attribute((patterns) => principalFits(patterns, caller));
    case "source.application":
      return attribute((patterns) => applicationFits(patterns, caller));
    case "request.method":
      return attribute((patterns) => methodFits(patterns, asked.method));
    case "request.host":
      return attribute((patterns) => (fitsAny(patterns, asked.host) ? YES : NO));
    case "request.path":
      return attribute((patterns) => pathFits(patterns, asked));
    default:
      return UNKNOWN;
  }
}

function attribute(fits: Subject["fits"]): Subject {
  return { fits, holds: (words) => (words.length === 1 ? fits(words) : NO) };
}

/** Their values are one text, commas included (RFC 9110 §5.5, §5.6.7, §10.1.5). */
const SINGLE = new Set(["date", "if-modified-since", "if-unmodified-since", "last-modified", "user-agent"]);

/** More in one header than anybody means: each would be compared with each pattern of the policy. */
const MAX_VALUES = 256;

/**
 * A caller can repeat a header, and services differ in which line they read. So all values have to fit for "yes", and
 * one is enough for "maybe". A pattern with a comma in it means the whole.
 */
function headerSubject(name: string, value: string | null): Subject {
  if (value === null) {
    return ABSENT;
  }
  // Bytes that were no UTF-8: what the service will read is not what is seen here.
  if (value.includes("\ufffd")) {
    return UNKNOWN;
  }
  const parts = value.split(",", MAX_VALUES + 1).map((part) => part.trim());
  if (parts.length > MAX_VALUES) {
    return UNKNOWN;
  }
  const lines = parts.filter((part) => part !== "");
  return {
    fits: (patterns) => {
      const whole = SINGLE.has(name) ? patterns : patterns.filter((pattern) => pattern.includes(","));
      if (fitsAny(whole, value)) {
        return YES;
      }
      return matchesAny(patterns, lines.length === 0 ? [""] : lines);
    },
    holds: (words) => holdsAll(value.split(/[\s,]+/), words),
  };
}

/** Claims that are a list in one text: RFC 8693 §4.2, and what Istio takes for one. */
const SPACED = new Set(["scope", "permission"]);

/** Claims come from an issuer that is trusted: of a list, one value that fits is enough. */
function claimSubject(claims: Claims, name: string): Subject {
  const value = claimNamed(claims, name);
  if (value === undefined || value === null) {
    return ABSENT;
  }
  if (Array.isArray(value)) {
    return listSubject(value);
  }
  if (typeof value === "object") {
    return { fits: (patterns) => (patterns.includes("*") ? YES : MAYBE), holds: () => MAYBE };
  }
  const text = String(value);
  const words = text.split(/\s+/).filter((word) => word !== "");
  const list = SPACED.has(name) ? [text, ...words] : [text];
  return {
    fits: (patterns) => (list.some((one) => fitsAny(patterns, one)) ? YES : NO),
    holds: (wanted) => holdsAll(words, wanted),
  };
}

function listSubject(value: readonly unknown[]): Subject {
  const plain = value.filter((one) => typeof one === "string" || typeof one === "number" || typeof one === "boolean");
  const texts = plain.map(String);
  const otherwise = plain.length === value.length ? NO : MAYBE;
  return {
    fits: (patterns) => (texts.some((one) => fitsAny(patterns, one)) ? YES : otherwise),
    holds: (words) => (holdsAll(texts, words) === YES ? YES : otherwise),
  };
}

function holdsAll(list: readonly string[], words: readonly string[]): Truth {
  return words.every((word) => list.includes(word)) ? YES : NO;
}
