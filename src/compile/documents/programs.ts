// The regular expressions of the mesh, each compiled once and numbered. One that does not compile, or that is more than
// a namespace or the mesh may have, is an error of its document: nothing is written then.
import { compileRegex, statesOf, type CompiledRegex } from "../../decide/route/regex.ts";
import type { RegexProgram } from "../../model/snapshot/snapshot.ts";

/**
 * What the patterns of one namespace, and of all, may come to: they are compiled, sent to every isolate and kept there.
 */
export const MOST_PATTERNS = { namespace: 1000, mesh: 10_000 } as const;
export const MOST_STATES = { namespace: 10_000, mesh: 100_000 } as const;

const MOST_REFUSED = 32;

/** What to do about a pattern that cannot be used. */
export const PATTERN_HINT =
  "Patterns are RE2 and must match the whole value; look-around and back-references do not exist.";

export interface Programs {
  /** Number of the pattern's program; null when it cannot be used. `pointer` says where it stands. */
  readonly of: (pattern: string, pointer: string) => number | null;
  /** Pattern faults since the last call, and forgets them. */
  readonly takeFaults: () => readonly { readonly pointer: string; readonly reason: string }[];
}

export interface ProgramTable {
  readonly table: readonly RegexProgram[];
  /** For the documents of one namespace, the older first: what is too much is the younger's fault. */
  readonly within: (namespace: string) => Programs;
}

interface Share {
  /** Number of each pattern's program. */
  readonly results: Map<string, number>;
  states: number;
  refused: number;
  /** Something had no room: what comes after it is not even compiled. */
  isFull: boolean;
}

/** @param compile as `compileRegex`; may remember what it has compiled before */
export function collectPrograms(compile: (pattern: string) => CompiledRegex = compileRegex): ProgramTable {
  const table: RegexProgram[] = [];
  const shares = new Map<string, Share>();
  const mesh: Share = { results: new Map(), states: 0, refused: 0, isFull: false };
  const numberOf = (pattern: string, own: Share, namespace: string): number | string => {
    const known = mesh.results.get(pattern);
    if (own.isFull || own.results.size >= MOST_PATTERNS.namespace) {
      return tooMany(`The namespace ${namespace}`, "namespace");
    }
    if (known === undefined && (mesh.isFull || mesh.results.size >= MOST_PATTERNS.mesh)) {
      return tooMany("The mesh", "mesh");
    }
    const compiled = compile(pattern);
    if (!compiled.ok) {
      // What cannot be used costs time as well: after so many the rest is not looked at.
      if (++own.refused > MOST_REFUSED) {
        own.isFull = true;
      }
      return compiled.reason;
    }
    const states = statesOf(compiled.program);
    own.isFull = own.states + states > MOST_STATES.namespace;
    if (own.isFull) {
      return tooMany(`The namespace ${namespace}`, "namespace");
    }
    own.states += states;
    if (known !== undefined) {
      return known;
    }
    mesh.isFull = mesh.states + states > MOST_STATES.mesh;
    if (mesh.isFull) {
      return tooMany("The mesh", "mesh");
    }
    mesh.states += states;
    const number = table.push(compiled.program) - 1;
    mesh.results.set(pattern, number);
    return number;
  };
  return {
    table,
    within: (namespace) => {
      const own: Share = shares.get(namespace) ?? { results: new Map(), states: 0, refused: 0, isFull: false };
      shares.set(namespace, own);
      let faults: { pointer: string; reason: string }[] = [];
      return {
        of: (pattern, pointer) => {
          const result = own.results.get(pattern) ?? numberOf(pattern, own, namespace);
          if (typeof result === "number") {
            own.results.set(pattern, result);
            return result;
          }
          faults.push({ pointer, reason: result });
          return null;
        },
        takeFaults: () => {
          const taken = faults;
          faults = [];
          return taken;
        },
      };
    },
  };
}

function tooMany(who: string, of: keyof typeof MOST_PATTERNS): string {
  const most = `${MOST_PATTERNS[of]} patterns with ${MOST_STATES[of]} states together are the most`;
  return `${who} has no room for another regular expression: ${most}. Prefixes and exact values cost nothing`;
}
