import { expect, it } from "vitest";
import { newPatternMemo } from "../../src/change/pattern-memo.ts";
import { compileRegex } from "../../src/decide/route/regex.ts";

it("compiles a pattern once, refused ones too, and forgets all of them rather than hold too many", () => {
  const asked: string[] = [];
  const memo = newPatternMemo(120, (pattern) => {
    asked.push(pattern);
    return compileRegex(pattern);
  });
  expect(memo.compile("a+")).toBe(memo.compile("a+"));
  expect(memo.compile("(")).toMatchObject({ ok: false });
  expect(memo.compile("(")).toBe(memo.compile("("));
  expect(asked).toEqual(["a+", "("]);
  memo.compile("[a-z]{100}");
  memo.compile("a+");
  expect(asked).toEqual(["a+", "(", "[a-z]{100}", "a+"]);
});
