// JSON Patch (RFC 6902) over a document: every operation that it knows, or a sentence and nothing changed.
import { isDeepStrictEqual } from "node:util";
import { fromPointer } from "../../model/word/json-pointer.ts";
import { isRecord } from "../../model/word/record.ts";

type Document = Record<string, unknown>;
type Patched = { readonly ok: true; readonly value: Document } | { readonly ok: false; readonly message: string };

/** Of a list or a mapping, and whether something is there. */
interface Place {
  readonly parent: unknown[] | Document;
  readonly key: string;
  readonly isThere: boolean;
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** @returns a copy; the document stays as it is */
export function jsonPatched(document: Document, operations: readonly unknown[]): Patched {
  const value = structuredClone(document);
  for (const operation of operations) {
    const message = operate(value, operation);
    if (message !== null) {
      return { ok: false, message };
    }
  }
  return { ok: true, value };
}

/** What is wrong with it; null = it is done. */
function operate(root: Document, operation: unknown): string | null {
  if (!isRecord(operation) || typeof operation.path !== "string") {
    return "an operation needs op and path";
  }
  const { op, path, from } = operation;
  switch (op) {
    case "add":
    case "test":
    case "replace":
      if (!Object.hasOwn(operation, "value")) {
        return `${op} ${path} needs a value`;
      }
      return op === "add" ? add(root, path, operation.value) : atPlace(root, path, op, operation.value);
    case "remove":
      return atPlace(root, path, op, undefined);
    case "move":
    case "copy": {
      if (typeof from !== "string") {
        return `${op} ${path} needs from`;
      }
      if (op === "move" && path.startsWith(`${from}/`)) {
        return `${from} cannot be moved into itself`;
      }
      const taken = placeOf(root, from);
      if (typeof taken === "string" || !taken.isThere) {
        return `there is nothing at ${from}`;
      }
      const value = structuredClone(valueAt(taken));
      return (op === "move" ? atPlace(root, from, "remove", undefined) : null) ?? add(root, path, value);
    }
    default:
      return `"${String(op)}" is none of add, remove, replace, move, copy, test`;
  }
}

function atPlace(root: Document, path: string, op: "test" | "replace" | "remove", value: unknown): string | null {
  const place = placeOf(root, path);
  if (typeof place === "string" || !place.isThere) {
    return typeof place === "string" ? place : `there is nothing at ${path}`;
  }
  const { parent, key } = place;
  if (op === "test") {
    return isDeepStrictEqual(valueAt(place), value) ? null : `the test of ${path} failed`;
  }
  if (op === "replace") {
    put(parent, key, value);
  } else if (Array.isArray(parent)) {
    parent.splice(Number(key), 1);
  } else {
    Reflect.deleteProperty(parent, key);
  }
  return null;
}

function add(root: Document, path: string, value: unknown): string | null {
  const place = placeOf(root, path);
  if (typeof place === "string") {
    return place;
  }
  const { parent, key } = place;
  if (!Array.isArray(parent)) {
    put(parent, key, value);
    return null;
  }
  const at = key === "-" ? parent.length : INDEX.test(key) ? Number(key) : Infinity;
  if (at > parent.length) {
    return `${path} is no place in a list of ${parent.length}`;
  }
  parent.splice(at, 0, value);
  return null;
}

function placeOf(root: Document, pointer: string): Place | string {
  const steps = pointer.startsWith("/") ? fromPointer(pointer) : [];
  const key = steps.pop();
  if (key === undefined) {
    return `"${pointer}" is no place in the document: a path begins with a slash`;
  }
  let parent: unknown = root;
  for (const step of steps) {
    parent = isThere(parent, step) ? Reflect.get(Object(parent), step) : undefined;
  }
  if (!Array.isArray(parent) && !isDocument(parent)) {
    return `there is nothing at ${pointer}`;
  }
  return { parent, key, isThere: isThere(parent, key) };
}

const isDocument = (value: unknown): value is Document => isRecord(value);

function isThere(parent: unknown, key: string): boolean {
  if (Array.isArray(parent)) {
    return INDEX.test(key) && Number(key) < parent.length;
  }
  return isRecord(parent) && Object.hasOwn(parent, key);
}

const valueAt = ({ parent, key }: Place): unknown => Reflect.get(parent, key);

/** As a member of its own, whatever it is called. */
function put(parent: unknown[] | Document, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}
