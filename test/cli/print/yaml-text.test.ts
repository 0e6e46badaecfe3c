import { parse } from "yaml";
import { expect, it } from "vitest";
import { yamlText } from "../../../src/cli/print/yaml-text.ts";

it("writes what a terminal would obey as escapes, and is read back as what it was", async () => {
  const value = {
    plain: "a: b",
    note: "\u009B31m",
    "k\u202Ey": ["x\u0007", "two\nlines\u2028", "\uFEFF"],
    long: "line one\nline two \u001B[0m\n",
  };
  const text = await yamlText(value);
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(text).not.toMatch(/[\0-\x08\v-\x1F\x7F-\x9F\u2028-\u202E\uFEFF]/);
  expect(parse(text)).toEqual(value);
  expect(text).toContain('plain: "a: b"');
});
