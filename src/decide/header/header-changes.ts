// What the stages did to a request's headers, as changes that another proxy can make to its own copy.
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import { isDropped, type HeaderList } from "./headers.ts";

interface HeaderChanges {
  readonly set: readonly HeaderPair[];
  /** Credentials that were used up here, and words that only the mesh may say. */
  readonly remove: readonly string[];
}

/**
 * What the proxy owns itself (framing, forwarding headers and the like) is left to it: of the names that no caller may
 * say only the mesh's own are removed.
 */
export function headerChanges(before: HeaderList, after: HeaderList): HeaderChanges {
  const set: HeaderPair[] = [];
  const remove: string[] = [];
  after.forEach((value, name) => {
    if (before.get(name) !== value) {
      set.push([name, value]);
    }
  });
  before.forEach((_, name) => {
    if (after.get(name) !== null) {
      return;
    }
    if (!isDropped(name) || name.startsWith("selvage-")) {
      remove.push(name);
    }
  });
  return { set, remove };
}
