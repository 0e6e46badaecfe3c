// Random choices of a fuzz that can be made again: the same seed draws the same things. Not for anything that is to be
// secret.

export interface Random {
  /** Whole, below `limit`. */
  readonly below: (limit: number) => number;
  readonly oneOf: <Value>(list: readonly Value[]) => Value;
  /** True in so many of a hundred draws. */
  readonly chance: (percent: number) => boolean;
}

/** @param seed whole, 32 bits */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    oneOf: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) {
        throw new Error("nothing to choose from");
      }
      return found;
    },
    chance: (percent) => next() * 100 < percent,
  };
}

/** The seed that was asked for (`--seed 7`), else a new one. */
export function seedOf(args: readonly string[]): number {
  const at = args.indexOf("--seed");
  const asked = at === -1 ? Number.NaN : Number(args[at + 1]);
  return Number.isInteger(asked) ? asked >>> 0 : Math.floor(Math.random() * 0x1_0000_0000);
}

/** `--count 1000`, else what is usual. */
export function countOf(args: readonly string[], usual: number): number {
  const at = args.indexOf("--count");
  const asked = at === -1 ? Number.NaN : Number(args[at + 1]);
  return Number.isInteger(asked) && asked > 0 ? asked : usual;
}
