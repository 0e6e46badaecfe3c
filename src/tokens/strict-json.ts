// A JSON object that every reader understands alike: one value for each name, and no deeper than anybody needs. Two
// values for one name are how a token says one thing to the mesh and another to a service (RFC 8725 §2.4, RFC 8259 §4).
import { isRecord } from "../model/word/record.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns null = not UTF-8, not JSON, not an object, a repeated name, or nested more than 16 deep */
export function readJsonObject(bytes: Uint8Array): JsonObject | null {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    // A byte order mark stays in the text, and is no JSON (RFC 8259 §8.1).
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(value) && isPlain(text) ? value : null;
}

/** @param text valid JSON: only strings and brackets are to be told apart */
function isPlain(text: string): boolean {
  /** The names of each object that is open; null = a list. */
  const open: (Set<string> | null)[] = [];
  let named = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (names && !named) {
          // As the name is, not as it is written: "a" and "\u0061" are one.
          const name = String(JSON.parse(text.slice(at, end)));
          if (names.has(name)) {
            return false;
          }
          names.add(name);
        }
        at = end - 1;
        break;
      }
      case ":":
        named = true;
        break;
      case ",":
        named = false;
        break;
      case "{":
      case "[":
        open.push(text[at] === "{" ? new Set() : null);
        named = false;
        if (open.length > MAX_DEPTH) {
          return false;
        }
        break;
      case "}":
      case "]":
        open.pop();
        // What has just closed was a value.
        named = true;
        break;
    }
  }
  return true;
}

/** Behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') {
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}
