// A value with RFC 6902 operations done: those that the feed sends (add, remove, replace). What no operation names is
// the same object as before, so that nothing of it is drawn anew. Pure.
import type { PatchOperation } from "../../model/api/apply.ts";

/** @throws where an operation names what is not there: the value was another one */
export function patched(value: unknown, operations: readonly PatchOperation[]): unknown {
  // A list or record is copied once for all operations, however many.
  const own = new Set<object>();
  return operations.reduce<unknown>((now, one) => done(now, partsOf(one.path), one, own), value);
}

const partsOf = (path: string): readonly string[] =>
  path === ""
    ? []
    : path
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

function done(value: unknown, [part, ...rest]: readonly string[], one: PatchOperation, own: Set<object>): unknown {
  if (part === undefined) {
    return one.value;
  }
  if (typeof value !== "object" || value === null) {
    throw new Error(`there is nothing at ${one.path}`);
  }
  const copy: object = own.has(value) ? value : Array.isArray(value) ? [...value] : { ...value };
  own.add(copy);
  if (Array.isArray(copy)) {
    const at = part === "-" ? copy.length : Number(part);
    if (rest.length > 0 || one.op === "replace") {
      copy[at] = done(copy[at], rest, one, own);
    } else {
      copy.splice(at, one.op === "remove" ? 1 : 0, ...(one.op === "remove" ? [] : [one.value]));
    }
  } else if (rest.length === 0 && one.op === "remove") {
    Reflect.deleteProperty(copy, part);
  } else {
    // Defined, not assigned: a member called __proto__ is a member.
    const member: unknown = Object.hasOwn(copy, part) ? Reflect.get(copy, part) : undefined;
    const to = done(member, rest, one, own);
    Object.defineProperty(copy, part, { value: to, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
