// One reading of a Cookie header for all who ask.
import { expect, it } from "vitest";
import { cookieNamed, oneCookieLine } from "../../../src/decide/header/cookies.ts";

it.each([
  ["s=1", "1"],
  ["a=0; s=1", "1"],
  ["a=0;s = 1 ", "1"],
  ["a=1; s=x.y.z ;sx=2", "x.y.z"],
  ["s=a=b", "a=b"],
  ["s=%41", "%41"],
  ['s="1"', '"1"'],
  ["s=1; s=1", "1"],
  ["s=1; s=2", ""],
  ["s=1; s=2; s=2", ""],
  ["s=", null],
  ["s=; s=", null],
  ["s=; s=1", ""],
  ["a=0, s=1", "1"],
  ["s=1, s=2", ""],
  ["s=Mon, 1 Jan", "Mon, 1 Jan"],
  ["S=1", null],
  ["xs=1", null],
  ["a=s", null],
  ["s", null],
  ["", null],
  [null, null],
])("in %j is %j", (cookies, value) => {
  expect(cookieNamed(cookies, "s")).toBe(value);
});

it.each(["__proto__", "constructor", "toString"])("%s is a name as any other", (name) => {
  expect(cookieNamed(`a=1; ${name}x=2`, name)).toBeNull();
  expect(cookieNamed(`a=1; ${name}=2`, name)).toBe("2");
});

it.each([
  ["a=1, b=2, c=x, y; d=4", "a=1; b=2; c=x, y; d=4"],
  ["a=1; b=2;, , c=3", "a=1; b=2; c=3"],
  [", , a=1, , b=2, , ", "a=1; b=2"],
  ["a=1;, b=2", "a=1; b=2"],
  ["day=Mon, 01 Jan; b=2", "day=Mon, 01 Jan; b=2"],
  ["a=, b=2", "a=; b=2"],
])("%j is one line, however many came: %j", (joined, line) => {
  expect(oneCookieLine(joined)).toBe(line);
});

it("costs no more than its length", () => {
  // A second is enough for millions of characters, and minutes are not when it is their square.
  for (const text of [", a", ", a=", "a=;", "===", ", ", "; , ", ";  "].map((part) => part.repeat(400_000))) {
    const before = performance.now();
    cookieNamed(text, "a");
    expect(performance.now() - before).toBeLessThan(20_000);
  }
});
