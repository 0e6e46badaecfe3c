// Values of a TOML file changed in its text.
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { editToml, tomlValue } from "../../../src/cli/deploy/toml-text.ts";

describe("editToml", () => {
  it("changes a value and keeps comments, blanks and line ends as they are", () => {
    const text = `# names\r\nname   =  'old' # mine\r\n\r\n[vars]\r\nname = "kept"\r\n`;
    expect(editToml(text, [{ section: "", key: "name", value: "new" }])).toBe(
      `# names\r\nname   =  "new" # mine\r\n\r\n[vars]\r\nname = "kept"\r\n`,
    );
  });

  it("changes it in every section of that header, and in no other", () => {
    const text = `[[a.b]]\nid = "1"\n[[a.b]] # again\n  id = "2"\n[a]\nid = "3"`;
    expect(editToml(text, [{ section: "[[a.b]]", key: "id", value: "x" }])).toBe(
      `[[a.b]]\nid = "x"\n[[a.b]] # again\n  id = "x"\n[a]\nid = "3"`,
    );
  });

  it("takes no comment, no longer key and no part of a list for a section or a value", () => {
    const text = `# name = "one"\nname_of = "two"\nlist = [\n  "name", # [x]\n]\n#[other]\nname = "three"\n`;
    expect(editToml(text, [{ section: "", key: "name", value: "new" }])).toBe(
      text.replace(`name = "three"`, `name = "new"`),
    );
  });

  it("writes any text and list so that a parser reads the same", () => {
    for (const value of ['a "b" \\ c', "tab\there", "é\u0001", ["x", 'y"z'], []]) {
      expect(parse(`a = ${tomlValue(value)}`)).toEqual({ a: value });
    }
  });

  it("is through with a hostile line at once", () => {
    const text = `name = "${'\\"'.repeat(100_000)}\n[${"a.".repeat(100_000)}\n`;
    expect(editToml(text, [{ section: "", key: "name", value: "new" }])).toBe(text);
  });
});
