// Reads JSON (RFC 8259) strictly. JSON.parse makes the values; the scanner beside it says where everything stands,
// which keys are there twice and how deep it goes, none of which JSON.parse tells.
import type { Path } from "../word/json-pointer.ts";
import type { ProblemItem } from "../word/problem.ts";
import { LIMITS, measure, TOO_DEEP, type Position, type Read, type Source } from "./source.ts";
import { quote } from "../word/wording.ts";

/** A value in the text. A tree, not a table of pointers: long keys far up must not be copied for every leaf below. */
interface Place {
  readonly value: number;
  readonly key: number;
  readonly children: Map<string, Place>;
}

class Stop extends Error {
  readonly offset: number;
  readonly code: "SLV1109" | "SLV1110";
  readonly hint: string;
  constructor(offset: number, detail: string, hint: string, code: "SLV1109" | "SLV1110" = "SLV1109") {
    super(detail);
    this.offset = offset;
    this.hint = hint;
    this.code = code;
  }
}

const SPACE = /[ \t\n\r]*/y;
const ATOM = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/**
 * Walks one value from there on; throws Stop at the first thing that is not JSON. Depth is bounded, so recursion is
 * safe.
 *
 * @returns the value, and where the next thing after it begins
 */
function scan(text: string, from: number): { readonly root: Place; readonly end: number; readonly next: number } {
  let at = from;
  const space = (): void => {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  };
  const wrong = (wanted: string): Stop => {
    const found = at >= text.length ? "the end of the text" : quote(text[at]);
    return new Stop(at, `Expected ${wanted}, found ${found}`, "Check commas, quotes and brackets before this place.");
  };
  const string = (): string => {
    const start = at;
    at++;
    for (; text[at] !== '"'; at++) {
      if (at >= text.length) {
        throw wrong("the end of a string");
      }
      if (text.charCodeAt(at) < 0x20) {
        throw wrong("a string without control characters");
      }
      if (text[at] === "\\") {
        at++;
      }
    }
    at++;
    try {
      return String(JSON.parse(text.slice(start, at)));
    } catch {
      throw new Stop(start, "The string has an escape that JSON does not know", "Write \\\\ for a backslash.");
    }
  };
  const name = (siblings: ReadonlyMap<string, Place>): string => {
    const start = at;
    if (text[at] !== '"') {
      throw wrong("a key in double quotes");
    }
    const key = string();
    if (siblings.has(key)) {
      throw new Stop(start, `The key ${quote(key)} is there twice`, "Remove one of the two.");
    }
    space();
    if (text[at] !== ":") {
      throw wrong("a colon");
    }
    at++;
    space();
    return key;
  };
  const members = (place: Place, depth: number, close: "]" | "}"): void => {
    if (depth > LIMITS.depth) {
      throw new Stop(at, TOO_DEEP.detail, TOO_DEEP.hint, "SLV1110");
    }
    at++;
    space();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      const start = at;
      const key = close === "}" ? name(place.children) : String(place.children.size);
      place.children.set(key, value(start, depth));
      space();
      if (text[at] === close) {
        break;
      }
      if (text[at] !== ",") {
        throw wrong(`a comma or ${close}`);
      }
      at++;
      space();
    }
    at++;
  };
  const value = (key: number, depth: number): Place => {
    const place: Place = { value: at, key, children: new Map() };
    if (text[at] === "[") {
      members(place, depth + 1, "]");
    } else if (text[at] === "{") {
      members(place, depth + 1, "}");
    } else if (text[at] === '"') {
      string();
    } else {
      ATOM.lastIndex = at;
      if (!ATOM.test(text)) {
        throw wrong("a value");
      }
      at = ATOM.lastIndex;
    }
    return place;
  };
  space();
  const root = value(at, 0);
  const end = at;
  space();
  return { root, end, next: at };
}

function scanWhole(text: string): Place {
  const { root, next } = scan(text, 0);
  if (next < text.length) {
    const found = quote(text[next]);
    const hint = "Check commas, quotes and brackets before this place.";
    throw new Stop(next, `Expected the end of the text, found ${found}`, hint);
  }
  return root;
}

/**
 * Where the values of a text stand that is several JSON objects or arrays one after the other, as `jq -c '.items[]'`
 * writes them and kubectl takes them.
 *
 * @returns null = it is something else
 */
export function jsonStream(text: string): readonly { readonly start: number; readonly end: number }[] | null {
  if (!/^\s*[[{]/.test(text)) {
    return null;
  }
  const values: { start: number; end: number }[] = [];
  try {
    for (let at = 0; at < text.length && values.length <= LIMITS.documents;) {
      const { root, end, next } = scan(text, at);
      if (!/[[{]/.test(text.charAt(root.value))) {
        return null;
      }
      values.push({ start: root.value, end });
      at = next;
    }
  } catch (error) {
    if (error instanceof Stop) {
      return null;
    }
    throw error;
  }
  return values.length > 1 ? values : null;
}

function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** The values of a text that is several of them one after the other; null = it is something else. */
export function readJsonStream(text: string): Read | null {
  const values = jsonStream(text);
  if (values === null) {
    return null;
  }
  const sources: Source[] = [];
  for (const { start, end } of values) {
    const read = readJson(text.slice(start, end));
    if (!read.ok) {
      return read;
    }
    const [source] = read.sources;
    if (source !== undefined) {
      // Where it begins is looked up only for what is told: there may be thousands of them.
      const locate: Source["locate"] = (path, key) => shifted(source.locate(path, key), positionIn(text, start));
      sources.push({ value: source.value, locate });
    }
  }
  return { ok: true, sources };
}

function shifted(at: Position | null, from: Position): Position | null {
  return at && { line: at.line + from.line - 1, column: at.line === 1 ? at.column + from.column - 1 : at.column };
}

/** The one value of a JSON text. */
export function readJson(text: string): Read {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const refuse = (item: ProblemItem): Read => ({ ok: false, items: [item] });
  let root: Place;
  try {
    root = scanWhole(body);
  } catch (error) {
    if (!(error instanceof Stop)) {
      throw error;
    }
    const { message, hint, code, offset } = error;
    return refuse({ pointer: "#", code, detail: message, hint, ...positionIn(body, offset) });
  }
  const value: unknown = JSON.parse(body);
  const tooMuch = measure(value);
  if (tooMuch !== null) {
    return refuse({ pointer: "#", code: "SLV1110", ...tooMuch });
  }
  const locate = (path: Path, key = false): Position => {
    let place = root;
    for (const step of path) {
      const child = place.children.get(String(step));
      if (child === undefined) {
        return positionIn(body, place.key);
      }
      place = child;
    }
    return positionIn(body, key ? place.key : place.value);
  };
  return { ok: true, sources: [{ value, locate }] };
}
