// The admin API's cookies in a Cookie header: found by name, and taken out of what goes to services.
import { describe, expect, it } from "vitest";
import {
  cookieNamed,
  mayHoldOperatorCookie,
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
    ["__Host-session=1; a=__Host-selvage-session", "__Host-session=1; a=__Host-selvage-session"],
  ])("of %j is %j", (cookies, rest) => {
    expect(mayHoldOperatorCookie(cookies)).toBe(true);
    expect(withoutOperatorCookies(cookies)).toBe(rest);
  });

  it("is not looked at closely where there is none of ours", () => {
    expect(mayHoldOperatorCookie("a=1; session=2")).toBe(false);
  });
});

describe("a cookie by name", () => {
  it.each([
    ["s=1", "1"],
    ["a=0; s=1", "1"],
    ["a=0;s = 1 ", "1"],
    ["s=a=b", "a=b"],
    ["s=1; s=2", null],
    ["S=1", null],
    ["xs=1", null],
    ["", null],
  ])("in %j is %j", (cookies, value) => {
    expect(cookieNamed(cookies, "s")).toBe(value);
  });

  it("is not there without a header", () => {
    expect(cookieNamed(null, "s")).toBeNull();
  });
});
