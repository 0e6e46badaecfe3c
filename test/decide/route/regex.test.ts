import * as fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { compileRegex, MAX_INSTRUCTIONS, MAX_PATTERN, statesOf } from "../../../src/decide/route/regex.ts";
import { matchesRegex, MAX_TEXT, MAX_VISITS } from "../../../src/decide/route/regex-machine.ts";
import { sampleText } from "../../../src/decide/route/regex-sample.ts";
import type { RegexProgram } from "../../../src/model/snapshot/snapshot.ts";
import { hostilePatterns, hostileTexts } from "../../support/hostile-regex.ts";

function programOf(pattern: string): RegexProgram {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) {
    throw new Error(`${pattern}: ${compiled.reason}`);
  }
  // As it comes out of the registry.
  return JSON.parse(JSON.stringify(compiled.program)) as RegexProgram;
}

const matches = (pattern: string, text: string): boolean => matchesRegex(programOf(pattern), text);

describe("matching", () => {
  it.each([
    ["", "", true],
    ["", "a", false],
    ["a", "a", true],
    ["a", "aa", false],
    ["a|b", "b", true],
    ["ab|a", "ab", true],
    ["^/v[0-9]+/.*$", "/v12/orders", true],
    ["^/v[0-9]+/.*$", "x/v12/orders", false],
    ["/(a|b)/c?", "/a/", true],
    [".", "\n", false],
    ["(?s).", "\n", true],
    ["(?i)straße", "STRASSE", false],
    ["(?i)kelvin", "Kelvin", true],
    ["(?i)S", "ſ", true],
    ["[^a]", "😀", true],
    ["..", "😀", false],
    ["\\bfoo\\b", "foo", true],
    ["a\\bb", "ab", false],
    ["(?m)a$\nb", "a\nb", true],
    ["a$\nb", "a\nb", false],
    ["\\Aa\\z", "a", true],
    ["\\p{Greek}+", "αβγ", true],
    ["a{2,3}", "aaaa", false],
    ["(?P<n>a)+", "aaa", true],
  ])("%j on %j is %s: the whole text or nothing", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it("agrees with re2js on any pattern and any text", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "\\w",
      "\\W",
      "\\d",
      "\\b",
      "\\B",
      "^",
      "$",
      "ß",
      "k",
      "😀",
      "\\pL",
      "[é-ü]",
      "(?i:K)",
      "\\n",
      "\\A",
      "\\z",
      "(?m:^)",
      "(?m:$)",
    );
    const pattern = fc.letrec<{ any: string }>((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        { weight: 3, arbitrary: atom },
        fc.tuple(tie("any"), tie("any")).map(([left, right]) => left + right),
        fc.tuple(tie("any"), tie("any")).map(([left, right]) => `(${left}|${right})`),
        fc.tuple(tie("any"), fc.constantFrom("*", "+", "?", "{0,2}", "*?")).map(([one, times]) => `(?:${one})${times}`),
      ),
    })).any;
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "1", "_", " ", "\n", "ß", "é", "ü", "k", "K", "K", "😀"), { maxLength: 8 })
      .map((chars) => chars.join(""));
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 10, maxLength: 10 }), (one, texts) => {
        const expected = RE2JS.compile(one);
        const program = programOf(one);
        for (const each of texts) {
          expect(matchesRegex(program, each), each).toBe(expected.matches(each));
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  it("may be asked again and again: one run leaves nothing behind for the next", () => {
    const program = programOf("(a|b)*c");
    for (let round = 0; round < 3; round++) {
      expect(matchesRegex(program, "abababc")).toBe(true);
      expect(matchesRegex(program, "ababab")).toBe(false);
      expect(matchesRegex(program, "")).toBe(false);
    }
  });
});

describe("bounds", () => {
  it("refuses a pattern that is too long, telling both lengths", () => {
    expect(compileRegex("a".repeat(MAX_PATTERN)).ok).toBe(true);
    expect(compileRegex("a".repeat(MAX_PATTERN + 1))).toEqual({
      ok: false,
      reason: "The pattern has 513 characters; 512 is the most",
    });
  });

  it("refuses repetitions that multiply", () => {
    expect(compileRegex("(?:a{1,30}){1,30}")).toEqual({
      ok: false,
      reason: "The pattern needs 1801 states; 1000 is the most (counted repetitions multiply)",
    });
    expect(MAX_INSTRUCTIONS).toBe(1000);
  });

  it.each(["(?=a)", "(a)\\1", "(", "[b-a]", "a{1001}", "*", "\\C"])(
    "refuses %s, which is not RE2 syntax",
    (pattern) => {
      const compiled = compileRegex(pattern);
      expect(compiled).toMatchObject({ ok: false });
      expect(compiled.ok ? "" : compiled.reason).toMatch(/^The pattern is not RE2 syntax: /);
    },
  );

  it("matches texts of up to 8 KiB and nothing longer", () => {
    const program = programOf("a*");
    expect(matchesRegex(program, "a".repeat(MAX_TEXT))).toBe(true);
    expect(matchesRegex(program, "a".repeat(MAX_TEXT + 1))).toBe(false);
  });

  it("gives up on a text that would cost more than the bound, and does not match it", () => {
    const pattern = "(?:[ab]*a)".repeat(50);
    expect(matches(pattern, "a".repeat(1000))).toBe(true);
    expect(programOf(pattern).instructions.length * MAX_TEXT).toBeGreaterThan(MAX_VISITS);
    expect(matches(pattern, "a".repeat(MAX_TEXT))).toBe(false);
  });

  it("spends time in proportion to the text, whatever the pattern", () => {
    const cost = (program: RegexProgram, texts: readonly string[]): number => {
      const before = process.cpuUsage();
      for (let round = 0; round < 3; round++) {
        for (const text of texts) {
          matchesRegex(program, text);
        }
      }
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const [short, long] = [hostileTexts(MAX_TEXT / 16), hostileTexts(MAX_TEXT)];
    for (const pattern of hostilePatterns) {
      const program = programOf(pattern);
      const small = Math.min(cost(program, short), cost(program, short));
      // Sixteen times the text; a quadratic engine would need 256 times as long. The constant absorbs a busy machine.
      expect(cost(program, long), pattern).toBeLessThan(64 * small + 200_000);
    }
  });
});

describe("samples", () => {
  it.each([
    ["/v[0-9]+/.*", "/v0/"],
    ["(a|bb)c", "ac"],
    ["^x$", "x"],
    ["", ""],
    ["a{3}", "aaa"],
    ["[^a]", "0"],
    ["(?:a$b|cc)", "cc"],
  ])("of %s is %s, one of the shortest", (pattern, expected) => {
    expect(sampleText(programOf(pattern))).toBe(expected);
  });

  it("is none where nothing can be matched, or only what a request line cannot show", () => {
    expect(sampleText(programOf("a$b"))).toBeNull();
    expect(sampleText(programOf("\\x00"))).toBeNull();
    expect(sampleText(programOf("α"))).toBeNull();
  });

  it("always matches its pattern", () => {
    for (const pattern of hostilePatterns) {
      const sample = sampleText(programOf(pattern));
      if (sample !== null) {
        expect(RE2JS.compile(pattern).matches(sample), pattern).toBe(true);
      }
    }
  });
});

describe("what may be spent on one request", () => {
  it("is taken off with each text, and a text that is cut off leaves nothing", () => {
    const work = { left: 1000 };
    expect(matchesRegex(programOf("a+"), "a".repeat(100), work)).toBe(true);
    expect(work.left).toBeLessThan(900);
    expect(work.left).toBeGreaterThan(500);
    expect(matchesRegex(programOf("a+"), "a".repeat(1000), work)).toBe(true);
    expect(work.left).toBeLessThan(0);
    expect(matchesRegex(programOf("a+"), "a", work)).toBe(false);
    const enough = { left: Number.MAX_SAFE_INTEGER };
    expect(matchesRegex(programOf(".*a".repeat(160)), `${"a".repeat(MAX_TEXT - 1)}b`, enough)).toBe(false);
    expect(enough.left).toBe(-1);
  });

  it("finds every spelling of a letter without going through all letters", () => {
    for (const [letter, spellings] of [
      ["k", "kK\u212a"],
      ["s", "sSſ"],
      ["ß", "ßẞ"],
      ["σ", "σςΣ"],
      ["å", "åÅÅ"],
      ["𐐨", "𐐨𐐀"],
      ["!", "!"],
      ["中", "中"],
    ] as const) {
      for (const one of spellings) {
        expect(matches(`(?i)${letter}`, one), one).toBe(true);
      }
      expect(matches(`(?i)${letter}`, "x")).toBe(false);
    }
  });
});

describe("what a pattern takes of the snapshot", () => {
  it("is counted in states, those of classes with many ranges by their ranges", () => {
    expect(statesOf(programOf("/v[0-9]+"))).toBeLessThan(10);
    expect(statesOf(programOf("\\p{L}+"))).toBeGreaterThan(100);
  });

  it.each(["(?:\\p{L}{30}){33}", "[^\\p{L}]{900}", "(?i)(?:\\p{Greek}|\\p{Cyrillic}){490}"])(
    "is bounded: %s",
    (pattern) => {
      const compiled = compileRegex(pattern);
      expect(compiled.ok ? JSON.stringify(compiled.program).length : 0).toBeLessThan(250_000);
      expect(compileRegex("(?:\\p{L}{30}){33}")).toEqual({
        ok: false,
        reason:
          "The pattern repeats character classes of too many ranges: name fewer characters, or repeat with + or *",
      });
    },
  );
});
