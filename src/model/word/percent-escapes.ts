// Percent escapes of a path in one spelling: unreserved characters decoded, the others in upper case, and what URL
// parsers would encode encoded. What two readers could take for different texts is refused.
import { refusedPath, type PathRefusal } from "./path-fault.ts";

export const SLASH = 0x2f;
const PERCENT = 0x25;
/** Per ASCII code: 0 stands for itself, 1 is percent-encoded by WHATWG URLs, 2 needs thought, 3 is never allowed. */
export const CLASS = new Uint8Array(128);
for (let code = 0; code < 0x20; code++) {
  CLASS[code] = 3;
}
for (const char of ' "<>^`{}') {
  CLASS[char.charCodeAt(0)] = 1;
}
for (const char of "%;") {
  CLASS[char.charCodeAt(0)] = 2;
}
CLASS[0x5c] = 3;
CLASS[0x7f] = 3;

/** Decodes unreserved characters once, upper-cases the other escapes, encodes what URL parsers would encode. */
export function normaliseEscapes(raw: string, keepsSlashes: boolean): string | PathRefusal {
  let out = "";
  let at = 0;
  while (at < raw.length) {
    const code = raw.charCodeAt(at);
    if (code === PERCENT || code > 0x7e) {
      const end = runEnd(raw, at, code === PERCENT);
      const run = code === PERCENT ? normaliseRun(raw.slice(at, end), keepsSlashes) : encodeRun(raw.slice(at, end));
      if (typeof run !== "string") {
        return run;
      }
      out += run;
      at = end;
      continue;
    }
    if (CLASS[code] === 3) {
      return refusedPath(code === 0x5c ? "backslash" : "control-character");
    }
    out += CLASS[code] === 1 ? hex(code) : raw.charAt(at);
    at++;
  }
  return out;
}

/**
 * The end of the escapes, or of the characters beyond ASCII, that start here: UTF-8 is judged over the whole of them.
 */
function runEnd(raw: string, from: number, escapes: boolean): number {
  let at = from;
  if (escapes) {
    while (raw.charCodeAt(at) === PERCENT) {
      at += 3;
    }
  } else {
    while (raw.charCodeAt(at) > 0x7e) {
      at++;
    }
  }
  return Math.min(at, raw.length);
}

function normaliseRun(run: string, keepsSlashes: boolean): string | PathRefusal {
  let out = "";
  let beyondAscii = false;
  for (let at = 0; at < run.length; at += 3) {
    const code = byteAt(run, at + 1);
    if (code === -1) {
      return refusedPath("bad-escape");
    }
    if (code === SLASH && keepsSlashes) {
      out += run.slice(at, at + 3);
      continue;
    }
    if (code === SLASH || code === 0x5c) {
      return refusedPath("encoded-separator");
    }
    if (code < 0x20 || code === 0x7f) {
      return refusedPath("control-character");
    }
    if (code > 0x7f) {
      beyondAscii = true;
    }
    out += isUnreserved(code) ? String.fromCharCode(code) : hex(code);
  }
  if (beyondAscii && !decodes(run)) {
    return refusedPath("not-utf8");
  }
  return out;
}

function isUnreserved(code: number): boolean {
  const letter = code | 0x20;
  const named = (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39);
  return code < 0x80 && (named || code === 0x2d || code === 0x2e || code === 0x5f || code === 0x7e);
}

/** Of two hexadecimal digits; -1 = they are none. */
function byteAt(text: string, at: number): number {
  const high = digitOf(text.charCodeAt(at));
  const low = digitOf(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) {
    return code - 0x30;
  }
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function decodes(run: string): boolean {
  try {
    decodeURIComponent(run);
    return true;
  } catch {
    return false;
  }
}

/**
 * Raw characters beyond ASCII as UTF-8 escapes, as every URL parser sends them. U+FFFD means the bytes were not UTF-8.
 */
function encodeRun(run: string): string | PathRefusal {
  if (run.includes("\u007f")) {
    return refusedPath("control-character");
  }
  return isText(run) ? encodeURIComponent(run) : refusedPath("not-utf8");
}

export function isText(run: string): boolean {
  return !run.includes("\ufffd") && run.isWellFormed();
}

function hex(code: number): string {
  return `%${code.toString(16).toUpperCase()}`;
}
