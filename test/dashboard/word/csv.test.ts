// CSV that a spreadsheet reads as the page shows it, whatever strangers wrote.
import { expect, it } from "vitest";
import { csvText } from "../../../src/dashboard/word/csv.ts";

it("quotes what holds a comma, a quote or a line's end", () => {
  expect(
    csvText([
      ["a", "b,c"],
      ['say "x"', "two\nlines"],
    ]),
  ).toBe('a,"b,c"\r\n"say ""x""","two\nlines"\r\n');
});

it.each(["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "＝1+1", "＠cmd"])("makes %j no formula", (text) => {
  expect(csvText([[text]])).toBe(`'${text}\r\n`);
});

it("makes what begins with a line break no formula", () => {
  expect(csvText([["\n=1+1"]])).toBe('"\'\n=1+1"\r\n');
});

it("leaves numbers and text alone", () => {
  expect(csvText([["-1.5", "12 ms", "a=b", "–"]])).toBe("-1.5,12 ms,a=b,–\r\n");
});
