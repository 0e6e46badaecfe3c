// Patterns that blow up backtracking engines or lazily built automata, and texts to run them over.

/** All of them are within the limits of `compileRegex`. */
export const hostilePatterns: readonly string[] = [
  "(a+)+$",
  "(a|a)*b",
  "(a|aa)+",
  "(.*)*x",
  "(x+x+)+y",
  "([a-zA-Z]+)*1",
  "(?:a?){100}a{100}",
  "(?:a{1,20}){1,20}",
  "(a?)".repeat(128),
  "(?:[ab]*a)".repeat(50),
  ".*a".repeat(160),
  `[ab]*${"a?b?".repeat(120)}`,
  // These have a DFA with 2^n states.
  "[ab]*a[ab]{100}",
  "[ab]*(?:a[ab]{400})+",
  "(?:[ab]*a[ab]{50}|[ab]*b[ab]{50})",
  ".*[ab]{3}a[ab]{60}",
  "(\\p{L}|\\p{N}|\\w)*".repeat(20) + "!",
  "(?:\\b|\\B|a|b|.)*".repeat(20),
  `(?i)${"(?:[a-z]*k)*".repeat(15)}`,
  `${"(".repeat(100)}a${")*".repeat(100)}`,
];

/** Texts of exactly `length` characters. */
export function hostileTexts(length: number): string[] {
  let state = 12_345;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const fill = (char: () => string): string => Array.from({ length }, char).join("");
  return [
    "a".repeat(length),
    `${"a".repeat(length - 1)}!`,
    "b".repeat(length),
    fill(() => (next() < 0.5 ? "a" : "b")),
    fill(() => (next() < 0.95 ? "a" : "b")),
    "/abc".repeat(length / 4 + 1).slice(0, length),
    fill(() => String.fromCharCode(33 + Math.floor(next() * 93))),
    "é".repeat(length),
  ];
}
