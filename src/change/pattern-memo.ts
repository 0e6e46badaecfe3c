// Regular expressions that this isolate has compiled, by their text: the next write compiles only what is new. A pure
// function's results, so nothing can be stale; of too many, all go.
import { compileRegex, statesOf, type CompiledRegex } from "../decide/route/regex.ts";

/** States held at most, twice what a mesh may have: about 20 MB. */
const MOST_HELD = 200_000;

interface PatternMemo {
  readonly compile: (pattern: string) => CompiledRegex;
}

export function newPatternMemo(most = MOST_HELD, compile = compileRegex): PatternMemo {
  const known = new Map<string, CompiledRegex>();
  let held = 0;
  return {
    compile: (pattern) => {
      const found = known.get(pattern);
      if (found !== undefined) {
        return found;
      }
      const made = compile(pattern);
      // A refusal is a sentence; it counts as a small program.
      const size = made.ok ? statesOf(made.program) : 50;
      held += size;
      if (held > most) {
        known.clear();
        held = size;
      }
      known.set(pattern, made);
      return made;
    },
  };
}

/** Of this isolate. */
export const patternMemo: PatternMemo = newPatternMemo();
