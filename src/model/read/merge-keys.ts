// YAML 1.1 merge keys (`<<: *base`), which kubectl takes and manifests use: the members of a mapping, or of a list of
// them, where the mapping around has none of its own. Works on values whose size was measured with every shared part
// counted, so that nothing grows by merging.
import type { Path } from "../word/json-pointer.ts";

const MERGE = "<<";

type Merged =
  | { readonly ok: true; readonly value: unknown }
  /** Where something stands that cannot be merged. */
  | { readonly ok: false; readonly path: Path };

/** @example mergeKeys({ a: { "<<": { x: 1, y: 2 }, y: 3 } }) // {ok: true, value: { a: { x: 1, y: 3 } }} */
export function mergeKeys(value: unknown): Merged {
  const known = new Map<object, Merged>();
  const visit = (node: unknown, path: Path): Merged => {
    if (typeof node !== "object" || node === null) {
      return { ok: true, value: node };
    }
    const before = known.get(node);
    if (before !== undefined) {
      return before;
    }
    const merged = Array.isArray(node) ? list(node, path) : mapping(node, path);
    known.set(node, merged);
    return merged;
  };
  const list = (nodes: readonly unknown[], path: Path): Merged => {
    const values: unknown[] = [];
    for (const [index, node] of nodes.entries()) {
      const merged = visit(node, [...path, index]);
      if (!merged.ok) {
        return merged;
      }
      values.push(merged.value);
    }
    return { ok: true, value: values };
  };
  const mapping = (node: object, path: Path): Merged => {
    const members = new Map<string, unknown>();
    for (const [key, child] of Object.entries(node)) {
      const merged = visit(child, [...path, key]);
      if (!merged.ok) {
        return merged;
      }
      if (key !== MERGE) {
        members.set(key, merged.value);
      }
    }
    if (Object.hasOwn(node, MERGE)) {
      const at = [...path, MERGE];
      const from = visit(Reflect.get(node, MERGE), at);
      if (!from.ok) {
        return from;
      }
      // The first that has a member wins.
      for (const source of Array.isArray(from.value) ? from.value : [from.value]) {
        if (typeof source !== "object" || source === null || Array.isArray(source)) {
          return { ok: false, path: at };
        }
        for (const [key, child] of Object.entries(source)) {
          if (!members.has(key)) {
            members.set(key, child);
          }
        }
      }
    }
    return { ok: true, value: Object.fromEntries(members) };
  };
  return visit(value, []);
}
