// Texts that make careless readers look again and again at the same characters: long runs of what is trimmed, split at,
// escaped or nested, whole and with something behind them that makes the reader fail at the end.

/** Everything of about `size` characters that the name says; ASCII, so that it fits in a header. */
export const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  spaces: (size) => `a=b${" ".repeat(size)}c`,
  tabs: (size) => `a=b${"\t".repeat(size)}c`,
  "spaces alone": (size) => " ".repeat(size),
  commas: (size) => ",".repeat(size),
  "commas and spaces": (size) => ", ".repeat(size / 2),
  members: (size) => "a=b,".repeat(size / 4),
  "members apart": (size) => `a=b${" ".repeat(20)},`.repeat(size / 24),
  semicolons: (size) => ";".repeat(size),
  cookies: (size) => "a=b; ".repeat(size / 5),
  equals: (size) => "=".repeat(size),
  quotes: (size) => '"'.repeat(size),
  tags: (size) => 'W/"a", '.repeat(size / 7),
  backslashes: (size) => `"${"\\".repeat(size)}`,
  escapes: (size) => "%41".repeat(size / 3),
  "escapes of UTF-8": (size) => "%C3%A9".repeat(size / 6),
  "open escapes": (size) => "%".repeat(size),
  "dot segments": (size) => "/..".repeat(size / 3),
  "segments up and down": (size) => "/a/..".repeat(size / 5),
  parameters: (size) => "/;".repeat(size / 2),
  slashes: (size) => "/".repeat(size),
  dots: (size) => ".".repeat(size),
  "dotted words": (size) => "a.".repeat(size / 2),
  colons: (size) => ":".repeat(size),
  stars: (size) => "*".repeat(size),
  parentheses: (size) => "(".repeat(size),
  sets: (size) => "a in (b),".repeat(size / 9),
  brackets: (size) => "[".repeat(size),
  objects: (size) => '{"a":'.repeat(size / 5),
  zeros: (size) => "0".repeat(size),
  word: (size) => `${"a".repeat(size)}!`,
  "words with dashes": (size) => `${"a-".repeat(size / 2)}!`,
  words: (size) => "a ".repeat(size / 2),
  query: (size) => "&a=b".repeat(size / 4),
  pluses: (size) => "+".repeat(size),
  at: (size) => "@".repeat(size),
};

/** The same again behind what leads a reader to where it works. */
export function hostileTexts(size: number, start = ""): readonly (readonly [shape: string, text: string])[] {
  return Object.entries(HOSTILE).map(
    ([shape, make]) => [shape, start + make(Math.max(0, size - start.length))] as const,
  );
}
