// W3C Trace Context: continues the caller's trace with an id of our own, or starts one. Levels 1 and 2 of
// https://www.w3.org/TR/trace-context/. It does not sample: whoever starts the trace decides, and we start with
// "sampled".
import { trimSpace } from "../text/trim-space.ts";

interface TraceContext {
  readonly traceparent: string;
  /** null = send none. */
  readonly tracestate: string | null;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 0x01;
/** Level 2: at least the last seven bytes of the trace id are random. */
const RANDOM = 0x02;

/** @param random uniform in [0, 1) */
export function continueTrace(
  traceparent: string | null,
  tracestate: string | null,
  random: () => number,
): TraceContext {
  if (traceparent === null) {
    return start(random);
  }
  const found = TRACEPARENT.exec(traceparent.trim());
  const [, version = "", traceId = "", parentId = "", flags = "", rest] = found ?? [];
  const valid =
    found !== null &&
    version !== "ff" &&
    !(version === "00" && rest !== undefined) &&
    !zero(traceId) &&
    !zero(parentId);
  if (!valid) {
    return start(random);
  }
  const kept = Number.parseInt(flags, 16) & (SAMPLED | RANDOM);
  return {
    traceparent: `00-${traceId}-${hex(random, 2)}-0${kept}`,
    tracestate: tracestate === null ? null : keptTracestate(tracestate),
  };
}

/** What a caller's `traceparent` names; null = there is none, or none that counts. */
export function readTraceparent(
  traceparent: string | null,
): { traceId: string; parentId: string; isRandom: boolean } | null {
  const found = traceparent === null ? null : TRACEPARENT.exec(traceparent.trim());
  const [, version = "", traceId = "", parentId = "", flags = "", rest] = found ?? [];
  const valid = found !== null && version !== "ff" && !(version === "00" && rest !== undefined);
  return valid && !zero(traceId) && !zero(parentId)
    ? { traceId, parentId, isRandom: (Number.parseInt(flags, 16) & RANDOM) !== 0 }
    : null;
}

function start(random: () => number): TraceContext {
  return { traceparent: `00-${hex(random, 4)}-${hex(random, 2)}-0${SAMPLED | RANDOM}`, tracestate: null };
}

function zero(digits: string): boolean {
  return /^0+$/.test(digits);
}

/** The 256 bytes in hexadecimal: formatting numbers is the dearest part of starting a trace. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const byte = (value: number): string => BYTES[value] ?? "";

/** `words` × 32 random bits, never all zero. */
function hex(random: () => number, words: number): string {
  let text = "";
  let any = 0;
  for (let i = 0; i < words; i++) {
    const word = (random() * 0x1_0000_0000) >>> 0;
    any |= word;
    text += byte(word >>> 24) + byte((word >>> 16) & 255) + byte((word >>> 8) & 255) + byte(word & 255);
  }
  return any === 0 ? `${text.slice(1)}1` : text;
}

const MAX_MEMBERS = 32;
const MEMBER = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** The list as it came, or null: one bad member, or more than 32, discards all of it. */
function keptTracestate(tracestate: string): string | null {
  const members = tracestate
    .split(",")
    .map(trimSpace)
    .filter((member) => member !== "");
  const valid = members.length > 0 && members.length <= MAX_MEMBERS && members.every((member) => MEMBER.test(member));
  return valid ? members.join(",") : null;
}
