// The regular expressions of the mesh, each compiled once and numbered. One that does not compile is an error of its
// document: nothing is written then.
import { compileRegex } from "../../decide/route/regex.ts";
import type { RegexProgram } from "../../model/snapshot/snapshot.ts";

export interface Programs {
  /** Number of the pattern's program; null when it does not compile. `pointer` says where it stands. */
  readonly of: (pattern: string, pointer: string) => number | null;
  readonly table: readonly RegexProgram[];
  /** Pattern faults since the last call, and forgets them. */
  readonly takeFaults: () => readonly { readonly pointer: string; readonly reason: string }[];
}

export function collectPrograms(): Programs {
  const table: RegexProgram[] = [];
  const numbers = new Map<string, number | string>();
  let faults: { pointer: string; reason: string }[] = [];
  const compile = (pattern: string): number | string => {
    const known = numbers.get(pattern);
    if (known !== undefined) return known;
    const compiled = compileRegex(pattern);
    const result = compiled.ok ? table.push(compiled.program) - 1 : compiled.reason;
    numbers.set(pattern, result);
    return result;
  };
  return {
    table,
    of: (pattern, pointer) => {
      const result = compile(pattern);
      if (typeof result === "number") return result;
      faults.push({ pointer, reason: result });
      return null;
    },
    takeFaults: () => {
      const taken = faults;
      faults = [];
      return taken;
    },
  };
}
