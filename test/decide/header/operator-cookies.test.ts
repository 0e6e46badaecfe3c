// The admin API's cookies in a Cookie header: found by name, and taken out of what goes to services.
import { describe, expect, it } from "vitest";
import {
  dropSetOperatorCookies,
  mustCleanCookies,
  withoutOperatorCookies,
} from "../../../src/decide/header/operator-cookies.ts";

describe("what goes to a service", () => {
  it.each([
    ["__Host-selvage-session=x", null],
    ["a=1; __Host-selvage-session=x; b=2", "a=1; b=2"],
    ["__Host-selvage-login=x;a=1", "a=1"],
    ["a=1;  __Host-selvage-session=x", "a=1"],
    ["__Host-selvage-session=x; __Host-selvage-session=y", null],
    ["__Host-selvage-anything=x; a=1", "a=1"],
    ["a=1, __Host-selvage-session=x", "a=1"],
    ["a=1, __Host-selvage-session=x, b=2", "a=1; b=2"],
    ["a=1,__Host-selvage-session=x; b=2", "b=2"],
    ["a=1, b=2", "a=1; b=2"],
    ["day=Mon, 1 Jan", "day=Mon, 1 Jan"],
    ["__Host-session=1; a=__Host-selvage-session", "__Host-session=1; a=__Host-selvage-session"],
  ])("of %j is %j", (cookies, rest) => {
    expect(mustCleanCookies(cookies)).toBe(true);
    expect(withoutOperatorCookies(cookies)).toBe(rest);
  });

  it("is not looked at closely where there is none of ours", () => {
    expect(mustCleanCookies("a=1; session=2")).toBe(false);
  });
});

describe("what a service may set", () => {
  it.each([
    [["a=1; Path=/"], ["a=1; Path=/"]],
    [
      ["a=__Host-selvage-session", "__Host-other=1"],
      ["a=__Host-selvage-session", "__Host-other=1"],
    ],
    [
      ["a=1", "__Host-selvage-session=x; Path=/; Secure", "b=2"],
      ["a=1", "b=2"],
    ],
    [["__Host-selvage-login=; Max-Age=0", "__host-Selvage-session=x", " __Host-selvage-x"], []],
    [["=__Host-selvage-session=x; Path=/; Secure", "a=1"], ["a=1"]],
  ])("of %j is %j", (lines, kept) => {
    const headers = new Headers(lines.map((line): [string, string] => ["set-cookie", line]));
    dropSetOperatorCookies(headers);
    expect(headers.getSetCookie()).toEqual(kept);
  });
});
