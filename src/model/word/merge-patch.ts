// JSON Merge Patch (RFC 7396): what a patch makes of a value, and which members it says something about.
import type { Path } from "./json-pointer.ts";
import { isRecord } from "./record.ts";

/**
 * The patched value; the arguments stay as they are. Members that are null are removed, mappings are merged, everything
 * else (lists too) takes the old value's place (RFC 7396 §2).
 *
 * @example mergePatch({ a: 1, b: [1, 2] }, { a: null, b: [3] }) // { b: [3] }
 */
export function mergePatch(value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) {
    return patch;
  }
  const members = new Map(isRecord(value) ? Object.entries(value) : []);
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) {
      members.delete(name);
    } else {
      members.set(name, mergePatch(members.get(name), change));
    }
  }
  return Object.fromEntries(members);
}

/** What the patch sets or removes, innermost first said: the paths of its members that are not mappings. */
export function patchedPaths(patch: unknown, base: Path = []): { readonly path: Path; readonly value: unknown }[] {
  const members = isRecord(patch) ? Object.entries(patch) : [];
  if (members.length === 0) {
    return [{ path: base, value: patch }];
  }
  return members.flatMap(([name, value]) => patchedPaths(value, [...base, name]));
}
