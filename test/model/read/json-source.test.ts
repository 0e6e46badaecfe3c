import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJson } from "../../../src/model/read/json-source.ts";
import { refusalOf, told } from "../../support/documents/expect-refusal.ts";

const check = "Check commas, quotes and brackets before this place.";

it.each([
  ['{"a": a}', `SLV1109 # 1:7 | Expected a value, found "a" | ${check}`],
  ['{"a":1,}', `SLV1109 # 1:8 | Expected a key in double quotes, found "}" | ${check}`],
  ["[1 2]", `SLV1109 # 1:4 | Expected a comma or ], found "2" | ${check}`],
  ['{\n "a" 1}', `SLV1109 # 2:6 | Expected a colon, found "1" | ${check}`],
  ["", `SLV1109 # 1:1 | Expected a value, found the end of the text | ${check}`],
  ['["a', `SLV1109 # 1:4 | Expected the end of a string, found the end of the text | ${check}`],
  ['["a\nb"]', String.raw`SLV1109 # 1:4 | Expected a string without control characters, found "\n" | ${check}`],
  ['{"a":1}}', `SLV1109 # 1:8 | Expected the end of the text, found "}" | ${check}`],
  ['{"a":1,"a":2}', 'SLV1109 # 1:8 | The key "a" is there twice | Remove one of the two.'],
  [
    String.raw`["\x"]`,
    String.raw`SLV1109 # 1:2 | The string has an escape that JSON does not know | Write \\ for a backslash.`,
  ],
])("refuses %j", (text, finding) => {
  expect(refusalOf(text, "json").problem).toBe("malformed");
  expect(told(text, "json")).toEqual([finding]);
});

describe("limits", () => {
  it("refuses what nests deeper than 64 levels, however deep", () => {
    for (const depth of [65, 100_000]) {
      expect(refusalOf("[".repeat(depth), "json").errors).toMatchObject([
        { code: "SLV1110", detail: "The text is nested more than 64 levels deep", line: 1, column: 65 },
      ]);
    }
    expect(readJson("[".repeat(64) + "]".repeat(64)).ok).toBe(true);
  });

  it("lets no key reach a prototype", () => {
    const text = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"__proto__":{"polluted":1}}}';
    expect(told(text, "json")).toEqual([
      'SLV1101 /spec/__proto__ 1:69 | A document cannot have the key "__proto__" | Remove it.',
    ]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

it("reads what JSON.parse reads, and only that", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b"',
    "1",
    "-0.5e+3",
    "01",
    "true",
    "null",
    " ",
    "nul",
    "\\",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      ),
      (text) => {
        const read = readJson(text);
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          expect(read.ok).toBe(false);
          return;
        }
        // A key that is there twice is all that the two disagree on.
        if (read.ok) {
          expect(read.sources.map((source) => source.value)).toEqual([value]);
        } else {
          expect(read.items).toMatchObject([{ detail: expect.stringContaining("is there twice") }]);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it("finds every value where it stands", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const read = readJson(text);
      if (!read.ok) {
        throw new Error(read.items[0]?.detail);
      }
      const visit = (here: unknown, path: (string | number)[]): void => {
        const at = read.sources[0]?.locate(path);
        const line = text.split("\n")[(at?.line ?? 0) - 1] ?? "";
        const begins = JSON.stringify(here)[0] ?? "";
        expect(line[(at?.column ?? 0) - 1]).toBe(begins);
        if (typeof here !== "object" || here === null) {
          return;
        }
        for (const [key, child] of Object.entries(here)) {
          visit(child, [...path, Array.isArray(here) ? Number(key) : key]);
        }
      };
      visit(value, []);
    }),
  );
});
