import { describe, expect, it } from "vitest";
import { jsonpath, valuesAt } from "../../../src/cli/print/jsonpath.ts";

const data = {
  items: [
    {
      kind: "Service",
      metadata: { name: "a", labels: { "app.io/x": "1" } },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    { kind: "Tier", metadata: { name: "b" }, count: 2, on: false },
  ],
};
const said = (template: string): string => {
  const read = jsonpath(template);
  return read.ok ? read.render(data) : read.message;
};

describe("jsonpath", () => {
  it.each([
    ["{.items[*].metadata.name}", "a b"],
    ["{.items[0].kind}", "Service"],
    ["{.items[-1:].kind}", expect.stringContaining("is no JSONPath")],
    ["{.items[-1].kind}", "Tier"],
    [".items[1].count", "2"],
    ["{.items[0].metadata.labels['app.io/x']}", "1"],
    ["{.items[0].metadata.labels.app\\.io/x}", "1"],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.kind}{"\\n"}{end}', "a\tService\nb\tTier\n"],
    ['{.items[?(@.kind=="Tier")].metadata.name}', "b"],
    ['{.items[?(@.kind!="Tier")].metadata.name}', "a"],
    ['{.items[*].status.conditions[?(@.type=="Ready")].status}', "True"],
    ["{.items[1].metadata}", '{"name":"b"}'],
    ["{.nothing.here}", ""],
    ["{$.items[1].on}", "false"],
    ["name: {.items[0].metadata.name}!", "name: a!"],
  ])("reads %s", (template, expected) => {
    expect(said(template)).toEqual(expected);
  });

  it.each(["{.a", "{range .items[*]}{.a}", "{end}", "{.a[x]}", "{.a[?(@.b)]}"])(
    "says what is wrong with %s",
    (template) => {
      expect(said(template)).toContain("is no JSONPath");
    },
  );

  it("reads one path for columns, with or without its braces and dot", () => {
    expect(valuesAt("{.items[0].kind}", data)).toEqual(["Service"]);
    expect(valuesAt("items[1].count", data)).toEqual([2]);
    expect(valuesAt("[", data)).toBeNull();
  });
});
