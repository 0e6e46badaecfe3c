// What must be done to one JSON value to make it another, as RFC 6902 operations. Made for people who review a plan,
// so it is short rather than minimal: lists are compared from both ends, and what differs between is replaced one by
// one. A list that moved on like a window (new at one end, old gone at the other) is moved on.
import type { PatchOperation } from "../../model/api/apply.ts";
import { isRecord } from "../../model/word/record.ts";

type Json = Readonly<Record<string, unknown>>;

const escape = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * The operations that turn `before` into `after`, none when they are equal. Members that are `undefined` count as
 * absent.
 *
 * @example patchBetween({ a: 1 }, { a: 2, b: 3 })
 * // [{ op: "replace", path: "/a", value: 2 }, { op: "add", path: "/b", value: 3 }]
 */
export function patchBetween(before: unknown, after: unknown, path = ""): PatchOperation[] {
  if (Object.is(before, after)) {
    return [];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return listPatch(before, after, path);
  }
  if (isRecord(before) && isRecord(after)) {
    return recordPatch(before, after, path);
  }
  return [{ op: "replace", path, value: after }];
}

const own = (record: Json, name: string): unknown => (Object.hasOwn(record, name) ? record[name] : undefined);

function recordPatch(before: Json, after: Json, path: string): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = `${path}/${escape(name)}`;
    const [old, now] = [own(before, name), own(after, name)];
    if (old === undefined && now !== undefined) {
      operations.push({ op: "add", path: at, value: now });
    } else if (old !== undefined && now === undefined) {
      operations.push({ op: "remove", path: at });
    } else {
      operations.push(...patchBetween(old, now, at));
    }
  }
  return operations;
}

function listPatch(before: readonly unknown[], after: readonly unknown[], path: string): PatchOperation[] {
  const same = (a: number, b: number): boolean => patchBetween(before[a], after[b]).length === 0;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && same(head, head)) {
    head++;
  }
  let tail = 0;
  while (tail < shorter - head && same(before.length - 1 - tail, after.length - 1 - tail)) {
    tail++;
  }

  const step = head === 0 && tail === 0 ? stepOf(before, after) : 0;
  if (step !== 0) {
    return slidePatch(before, after, step, path);
  }
  const operations: PatchOperation[] = [];
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail];
  const common = Math.min(oldEnd, newEnd);
  for (let at = head; at < common; at++) {
    operations.push(...patchBetween(before[at], after[at], `${path}/${at}`));
  }
  // Removed from the back, so that no index has moved when it is named.
  for (let at = oldEnd - 1; at >= common; at--) {
    operations.push({ op: "remove", path: `${path}/${at}` });
  }
  for (let at = common; at < newEnd; at++) {
    operations.push({ op: "add", path: `${path}/${at}`, value: after[at] });
  }
  return operations;
}

/** How far the list moved on: what is new at its front (more than 0), or gone there (less); 0 = it is another list. */
function stepOf(before: readonly unknown[], after: readonly unknown[]): number {
  if (before.length < 2 || after.length < 2) {
    return 0;
  }
  const [old, now] = [before, after].map((list) => list.map((one) => JSON.stringify(one))) as [string[], string[]];
  const ahead = now.indexOf(old[0] ?? "");
  const step = ahead > 0 ? ahead : -Math.max(0, old.indexOf(now[0] ?? ""));
  const common = old.filter((one, at) => now[at + step] === one).length;
  return common * 2 >= Math.min(old.length, now.length) ? step : 0;
}

function slidePatch(
  before: readonly unknown[],
  after: readonly unknown[],
  step: number,
  path: string,
): PatchOperation[] {
  const gone = Math.max(0, -step);
  const fresh = Math.max(0, step);
  const kept = Math.min(before.length - gone, after.length - fresh);
  const operations: PatchOperation[] = [];
  for (let at = before.length - 1; at >= gone + kept; at--) {
    operations.push({ op: "remove", path: `${path}/${at}` });
  }
  for (let nth = 0; nth < gone; nth++) {
    operations.push({ op: "remove", path: `${path}/0` });
  }
  for (let at = 0; at < fresh; at++) {
    operations.push({ op: "add", path: `${path}/${at}`, value: after[at] });
  }
  for (let at = 0; at < kept; at++) {
    operations.push(...patchBetween(before[at + gone], after[at + fresh], `${path}/${at + fresh}`));
  }
  for (let at = fresh + kept; at < after.length; at++) {
    operations.push({ op: "add", path: `${path}/${at}`, value: after[at] });
  }
  return operations;
}
