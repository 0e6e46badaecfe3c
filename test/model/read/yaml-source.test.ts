import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { readYaml } from "../../../src/model/read/yaml-source.ts";
import { refusalOf, told } from "../../support/documents/expect-refusal.ts";

describe("YAML that cannot be read", () => {
  it.each([
    [
      "a mapping inside a mapping on one line",
      "a: b: c\n",
      "SLV1109  1:4 | Nested mappings are not allowed in compact mappings | Check indentation, quotes and brackets here.",
    ],
    [
      "a bracket that is not closed",
      "a: [1, 2\nb: 3\n",
      "SLV1109  2:1 | Flow sequence in block collection must be sufficiently indented and end with a ] | Check indentation, quotes and brackets here.",
    ],
    [
      "tabs",
      "a:\n\tb: 1\n",
      "SLV1109  2:1 | Tabs are not allowed as indentation | Check indentation, quotes and brackets here.",
    ],
    [
      "a key twice",
      "a: 1\nb:\n  c: 1\n  c: 2\n",
      'SLV1109 /b/c 4:3 | The key "c" is there twice | Remove one of the two; which one counts is not defined.',
    ],
    [
      "a key twice, once as a number",
      "1: a\n'1': b\n",
      'SLV1109 /1 2:1 | The key "1" is there twice | Remove one of the two; which one counts is not defined.',
    ],
    [
      "a tag of its own",
      "a: !foo 1\n",
      "SLV1109  1:4 | Unresolved tag: !foo | Remove the tag: only plain YAML is read.",
    ],
    [
      "a tag that would run code elsewhere",
      "a: !!js/function 'x'\n",
      "SLV1109  1:4 | Unresolved tag: tag:yaml.org,2002:js/function | Remove the tag: only plain YAML is read.",
    ],
    [
      "an alias of nothing",
      "a: *x\n",
      "SLV1109 /a 1:4 | The alias *x has no anchor &x before it | Quote the text if no alias was meant.",
    ],
  ])("refuses %s", (_, text, finding) => {
    expect(refusalOf(text).problem).toBe("malformed");
    expect(told(text)).toEqual([finding]);
  });

  it("tells the faults of each document, and where", () => {
    const refusal = refusalOf("a: b: c\n---\nok: 1\n---\n- [\n");
    expect(refusal.detail).toBe(
      "The body is not YAML that can be read at line 1, column 4: Nested mappings are not allowed in compact mappings.",
    );
    expect(refusal.errors).toHaveLength(2);
  });
});

describe("YAML that means harm", () => {
  const letters = "abcdefghi".split("");
  const bomb = letters
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? "lol" : `*${letters[index - 1]}`)
          .join()}]\n`,
    )
    .join("");

  it("refuses a billion laughs at once", () => {
    expect(told(bomb)).toEqual([
      "SLV1110  1:1 | The text follows aliases more than 50 times, as a text made to exhaust memory does | Write the repeated parts out.",
    ]);
  });

  it("refuses a long text repeated by aliases, and thousands of anchors", () => {
    const long = `a: &a ${"x".repeat(900_000)}\n${Array.from({ length: 40 }, (_, index) => `b${index}: *a\n`).join("")}`;
    expect(told(long)[0]).toMatch(/^SLV1110 {2}1:1 \| The text expands to more than it may hold/);
    const many = Array.from({ length: 1001 }, (_, index) => `- &a${index} x\n- *a${index}\n`).join("");
    expect(told(many)[0]).toMatch(/^SLV1110 {2}1:1 \| The text follows aliases more than 50 times/);
  });

  it("takes a few aliases, as people write them", () => {
    const text = "base: &base {a: 1}\none: *base\ntwo: *base\n";
    const read = readYaml(text);
    expect(read.ok && read.sources[0]?.value).toEqual({ base: { a: 1 }, one: { a: 1 }, two: { a: 1 } });
  });

  it("does not follow an alias into itself", () => {
    expect(told("a: &a [*a]\n")[0]).toMatch(/^SLV1110/);
  });

  it.each([
    ["brackets", "[".repeat(20_000)],
    ["closed brackets", "[".repeat(66) + "]".repeat(66)],
    ["dashes", "- ".repeat(20_000)],
    ["question marks", "? ".repeat(20_000)],
    ["braces", "{a: ".repeat(20_000)],
    ["indentation", Array.from({ length: 70 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
  ])("refuses too many %s", (_, text) => {
    expect(refusalOf(text).errors).toMatchObject([
      { code: "SLV1110", detail: "The text is nested more than 64 levels deep" },
    ]);
  });

  it("takes 60 levels", () => {
    expect(readYaml("[".repeat(60) + "]".repeat(60)).ok).toBe(true);
  });

  it("lets no key reach a prototype", () => {
    const head = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n";
    for (const text of [
      `${head}  labels: {__proto__: x}\n`,
      `${head}spec: {__proto__: {polluted: true}}\n`,
      `${head}spec: {a: [{"__proto__": {polluted: true}}]}\n`,
    ]) {
      expect(refusalOf(text).errors).toMatchObject([
        { code: "SLV1101", detail: 'A document cannot have the key "__proto__"' },
      ]);
    }
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("takes constructor and toString for the plain words that they are", () => {
    const head = "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {constructor: x, toString: y}}\n";
    const parsed = parseDocuments(`${head}spec: {constructor: {prototype: {polluted: true}}}\n`, "yaml");
    expect(parsed.ok && parsed.documents[0]?.document.metadata.labels).toEqual({ constructor: "x", toString: "y" });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    expect(told("apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {constructor: 1}\n")[0]).toMatch(
      /^SLV1101 \/spec\/constructor 4:8 \| There is no field "constructor" in spec/,
    );
  });
});

describe("YAML as it is read", () => {
  it("follows the core schema of YAML 1.2: no dates, no yes, no octal by accident", () => {
    const read = readYaml("[2026-11-23, yes, on, 010, 1_000, 0x10, ~, true, 1e3, .5, '1']\n");
    const value = ["2026-11-23", "yes", "on", 10, "1_000", 16, null, true, 1000, 0.5, "1"];
    expect(read.ok && read.sources[0]?.value).toEqual(value);
  });

  it("merges << as kubectl does: own members win, then the first of a list", () => {
    const text = "a: &a {x: 1, y: 2}\nb: &b {<<: *a, y: 3}\nc: {<<: [*b, {y: 4, z: 5}], x: 6}\n";
    const read = readYaml(text);
    expect(read.ok && read.sources[0]?.value).toEqual({
      a: { x: 1, y: 2 },
      b: { x: 1, y: 3 },
      c: { x: 6, y: 3, z: 5 },
    });
    expect(read.ok && read.sources[0]?.locate(["b", "x"])).toEqual({ line: 1, column: 11 });
  });

  it.each(["a: {<<: 1}", "a: {<<: [1]}", "a: {<<: [[{x: 1}]]}", "a: &a [1]\nb: {<<: *a}"])(
    "refuses to merge what is no mapping: %j",
    (text) => {
      const read = readYaml(text);
      expect(!read.ok && read.items.map(({ code, detail }) => [code, detail])).toEqual([
        ["SLV1109", "The merge key << has something else than a mapping, or a list of mappings, behind it"],
      ]);
    },
  );

  it("does not let merges expand to more than the text may", () => {
    const rows = Array.from({ length: 12 }, (_, at) => {
      const below = `*m${at - 1}`;
      return `m${at}: &m${at} {${at === 0 ? "x: 1" : `<<: [${Array(10).fill(below).join(", ")}]`}}`;
    });
    const read = readYaml(rows.join("\n"));
    expect(!read.ok && read.items[0]?.code).toBe("SLV1110");
  });

  it("counts lines of any ending, and from the start of the stream", () => {
    const read = readYaml("a: 1\r\n---\r\nb:\r\n  c: 2\r\n");
    expect(read.ok && read.sources[1]?.locate(["b", "c"])).toEqual({ line: 4, column: 6 });
    expect(read.ok && read.sources[1]?.locate(["b", "c"], true)).toEqual({ line: 4, column: 3 });
  });

  it("finds what stands behind an alias", () => {
    const read = readYaml("a: &a {x: 1}\nb: *a\n");
    expect(read.ok && read.sources[0]?.locate(["b", "x"])).toEqual({ line: 1, column: 11 });
  });
});
