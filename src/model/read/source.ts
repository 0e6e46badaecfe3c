// Documents as read from text, before any of their meaning is known: plain values, and where each part stood.
import type { Path } from "../word/json-pointer.ts";
import type { ProblemItem } from "../word/problem.ts";

/** 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  readonly value: unknown;
  /** Where the value at the path stands, or with `key` its key; of a path that is not there, its nearest ancestor. */
  locate(path: Path, key?: boolean): Position | null;
}

export type Read =
  | { readonly ok: true; readonly sources: readonly Source[] }
  | { readonly ok: false; readonly items: readonly ProblemItem[] };

/** Most bytes of text, documents in it, levels of nesting, and values after aliases are expanded. */
export const LIMITS = { bytes: 1_048_576, documents: 20_000, depth: 64, size: 4_194_304, aliases: 50 } as const;

/** What is wrong with the size or shape of a value that was read, or null. Shared parts count each time they appear. */
export function measure(value: unknown): { readonly detail: string; readonly hint: string } | null {
  let size = 0;
  let level: unknown[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > LIMITS.depth + 1) {
      return TOO_DEEP;
    }
    const next: unknown[] = [];
    for (const node of level) {
      size += 1;
      if (typeof node === "string") {
        size += node.length;
      }
      if (typeof node === "object" && node !== null) {
        for (const [key, child] of Object.entries(node)) {
          size += key.length;
          next.push(child);
        }
      }
      if (size > LIMITS.size) {
        return TOO_LARGE;
      }
    }
    level = next;
  }
  return null;
}

export const TOO_DEEP = {
  detail: `The text is nested more than ${LIMITS.depth} levels deep`,
  hint: "No document needs that: look for an unclosed bracket or a generated loop.",
} as const;

const TOO_LARGE = {
  detail: "The text expands to more than it may hold once its aliases are followed",
  hint: "Write the repeated parts out, or send fewer documents at a time.",
} as const;
