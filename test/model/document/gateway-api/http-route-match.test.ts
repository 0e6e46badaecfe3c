import { describe, expect, it } from "vitest";
import { route, told } from "../../../support/documents/expect-refusal.ts";

describe("an HTTPRoute's matches", () => {
  it("refuses paths that no canonical path equals", () => {
    expect(
      told(
        route(`  rules:
  - matches:
    - path: {value: a}
    - path: {value: //a}
    - path: {value: /a/../b}
    - path: {value: /a/./b}
    - path: {value: /a%2Fb}
    - path: {value: '/a#b'}
    - path: {value: /a/..}
    - path: {value: '/a b'}
    - path: {type: Exact, value: '/a/*é'}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/matches/0/path/value 7:21 | The path "a" does not start with a slash | Write "/a".',
      'SLV1104 /spec/rules/0/matches/1/path/value 8:21 | The path "//a" contains "//", which no canonical path does: it would never match | Write the path as it is after normalisation.',
      'SLV1104 /spec/rules/0/matches/2/path/value 9:21 | The path "/a/../b" contains "/../", which no canonical path does: it would never match | Write the path as it is after normalisation.',
      'SLV1104 /spec/rules/0/matches/3/path/value 10:21 | The path "/a/./b" contains "/./", which no canonical path does: it would never match | Write the path as it is after normalisation.',
      'SLV1104 /spec/rules/0/matches/4/path/value 11:21 | The path "/a%2Fb" contains an encoded slash, which an Exact or PathPrefix value may not | Use type: RegularExpression, where %2F is matched as "%2F", on a route with the annotation selvage.dev/path-encoding.',
      'SLV1104 /spec/rules/0/matches/5/path/value 12:21 | The path "/a#b" contains "#", which no canonical path does: it would never match | Write the path as it is after normalisation.',
      'SLV1104 /spec/rules/0/matches/6/path/value 13:21 | The path "/a/.." ends in a dot segment: it would never match | Remove the dots.',
      'SLV1104 /spec/rules/0/matches/7/path/value 14:21 | The path "/a b" holds a character that no URL path does | Percent-encode it. For a pattern, use type: RegularExpression.',
      'SLV1104 /spec/rules/0/matches/8/path/value 15:34 | The path "/a/*é" holds a character that no URL path does | Percent-encode it. For a pattern, use type: RegularExpression.',
    ]);
  });

  it("suggests the path type that was meant", () => {
    expect(
      told(
        route(`  rules:
  - matches:
    - path: {type: Exat, value: /a}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/matches/0/path/type 7:20 | "Exat" is not one of Exact, PathPrefix, RegularExpression | Did you mean Exact?',
    ]);
  });

  it("wants methods in capitals", () => {
    expect(
      told(
        route(`  rules:
  - matches: [{method: get}]
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/matches/0/method 6:24 | "get" is not one of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH | Did you mean GET?',
    ]);
  });

  it("refuses what cannot be a header", () => {
    expect(
      told(
        route(`  rules:
  - matches:
    - headers: [{name: 'a b', value: x}, {name: x, value: ''}, {name: y, value: "a\\nb"}]
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/matches/0/headers/0/name 7:24 | "a b" is not a header name | Use letters, digits and hyphens, such as x-tenant.',
      "SLV1104 /spec/rules/0/matches/0/headers/1/value 7:59 | The text is empty | Write something, or leave the field out.",
      "SLV1104 /spec/rules/0/matches/0/headers/2/value 7:81 | The header value holds a control character | Remove line breaks and other control characters.",
    ]);
  });

  it("refuses a header or parameter twice", () => {
    expect(
      told(
        route(`  rules:
  - matches:
    - headers: [{name: a, value: x}, {name: a, value: y}]
      queryParams: [{name: q, value: x}, {name: q, value: y}]
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/matches/0/headers/1/name 7:45 | The header "a" is there twice | Remove it, or merge it with entry 0.',
      'SLV1104 /spec/rules/0/matches/0/queryParams/1/name 8:49 | The query parameter "q" is there twice | Remove it, or merge it with entry 0.',
    ]);
  });
});
