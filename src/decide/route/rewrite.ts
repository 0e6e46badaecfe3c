// Path modifiers of the Gateway API (URLRewrite and RequestRedirect), over canonical paths. Prefixes are counted in
// segments, so that `;parameters` inside the prefix do not hide it. What comes of a modifier is read again like the
// path of a request: a result that has no canonical form goes nowhere.
import { canonicalPath, type CanonicalPath } from "../../model/word/canonical-path.ts";
import type { PathModifier } from "../../model/snapshot/snapshot.ts";

/**
 * @param path canonical path as it is forwarded
 * @param prefix value of the PathPrefix that matched
 * @returns the new path, or why there is none; `search` says nothing, since a path that an operator writes has no query
 */
export function modifyPath(path: string, modifier: PathModifier, prefix: string): CanonicalPath {
  const rest = modifier.type === "ReplaceFullPath" ? "" : dropSegments(path, countSegments(prefix));
  // What was let through is kept; a rule writes none itself.
  const slashes = /%2f/i.test(rest) && !/%2f/i.test(modifier.value) ? "keep" : "refuse";
  return canonicalPath(join(modifier.value, rest), slashes);
}

/** What is left of a path without its first segments: `""`, or a text that starts with `/`. */
export function dropSegments(path: string, count: number): string {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const next = path.indexOf("/", at + 1);
    if (next === -1) {
      return "";
    }
    at = next;
  }
  return path.slice(at);
}

function countSegments(prefix: string): number {
  let count = 0;
  for (const part of prefix.split("/")) {
    if (part !== "") {
      count++;
    }
  }
  return count;
}

/** `/xyz` + `/bar`, with exactly one slash between, whatever the replacement ends with. */
export function join(base: string, rest: string): string {
  const start = base.startsWith("/") || base === "" ? base : `/${base}`;
  if (rest === "") {
    return start === "" ? "/" : start;
  }
  return start.endsWith("/") ? start.slice(0, -1) + rest : start + rest;
}
