import { describe, expect, it } from "vitest";
import { route, specOf, told } from "../../../support/documents/expect-refusal.ts";

describe("an HTTPRoute's form", () => {
  it("names the field that was meant", () => {
    expect(told(route("  hostname: [a.example.com]"))).toEqual([
      'SLV1101 /spec/hostname 5:3 | There is no field "hostname" in spec | Did you mean hostnames?',
    ]);
  });

  it("finds a wrong field however deep it stands", () => {
    expect(
      told(
        route(`  rules:
  - matches:
    - path:
        typ: Exact
        value: /a
`),
      ),
    ).toEqual([
      'SLV1101 /spec/rules/0/matches/0/path/typ 8:9 | There is no field "typ" in spec.rules[0].matches[0].path | Did you mean type?',
    ]);
  });

  it("refuses hostnames that no request can have", () => {
    expect(
      told(
        route(`  hostnames:
  - Shop.example.com
  - a.*.com
  - '*'
  - 10.0.0.1
  - a.com:80
  - ''
`),
      ),
    ).toEqual([
      'SLV1104 /spec/hostnames/0 6:5 | "Shop.example.com" is not a hostname | Write a lower-case DNS name without port, such as shop.example.com, or *.example.com for every name below example.com.',
      'SLV1104 /spec/hostnames/1 7:5 | "a.*.com" is not a hostname | Write a lower-case DNS name without port, such as shop.example.com, or *.example.com for every name below example.com.',
      'SLV1104 /spec/hostnames/2 8:5 | "*" is not a hostname | Write a lower-case DNS name without port, such as shop.example.com, or *.example.com for every name below example.com.',
      "SLV1104 /spec/hostnames/3 9:5 | An IP address is not a hostname | Name the host; addresses cannot be matched.",
      'SLV1104 /spec/hostnames/4 10:5 | "a.com:80" is not a hostname | Write a lower-case DNS name without port, such as shop.example.com, or *.example.com for every name below example.com.',
      "SLV1104 /spec/hostnames/5 11:5 | The text is empty | Write something, or leave the field out.",
    ]);
  });

  it("refuses more than 16 hostnames", () => {
    expect(told(route(`  hostnames: [${Array.from({ length: 17 }, (_, index) => `h${index}`).join()}]\n`))).toEqual([
      "SLV1104 /spec/hostnames 5:3 | The list has 17 entries | Give at most 16.",
    ]);
  });

  it("refuses the same parent twice", () => {
    expect(told(route("  parentRefs: [{name: a}, {name: a}]"))).toEqual([
      'SLV1104 /spec/parentRefs/1 5:27 | The parent Gateway "a" is there twice without telling its sections apart | Give each of the two its own sectionName or port, or remove one.',
    ]);
  });

  it("refuses a parent beside one of its own sections", () => {
    const mixed =
      'References to the Gateway "a" tell its sections apart in different ways | Give sectionName in each of them, or port, or both.';
    expect(told(route("  parentRefs: [{name: a, sectionName: x}, {name: a, port: 80}]"))).toEqual([
      `SLV1104 /spec/parentRefs/1 5:43 | ${mixed}`,
    ]);
    expect(told(route("  parentRefs: [{name: a, sectionName: x, port: 80}, {name: a, sectionName: y}]"))).toEqual([
      `SLV1104 /spec/parentRefs/1 5:53 | ${mixed}`,
    ]);
    expect(specOf(route("  parentRefs: [{name: a, sectionName: x}, {name: b, port: 80}]"))).toBeDefined();
    expect(told(route("  parentRefs: [{name: a, sectionName: x}, {name: a}]"))).toEqual([
      'SLV1104 /spec/parentRefs/1 5:43 | The parent Gateway "a" is there twice without telling its sections apart | Give each of the two its own sectionName or port, or remove one.',
    ]);
  });

  it("refuses two rules of one name", () => {
    expect(
      told(
        route(`  rules:
  - name: a
  - {}
  - name: a
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/2/name 8:11 | Two rules are named "a" | Give each rule a name of its own, or none.',
    ]);
  });

  it("refuses more than 16 rules", () => {
    expect(told(route(`  rules:\n${"  - {}\n".repeat(17)}`))).toEqual([
      "SLV1104 /spec/rules 5:3 | The list has 17 entries | Give at most 16.",
    ]);
  });

  it("refuses an empty list of rules", () => {
    expect(told(route("  rules: []"))).toEqual(["SLV1104 /spec/rules 5:3 | The list has 0 entries | Give at least 1."]);
  });

  it("refuses more than 128 matches in all", () => {
    expect(told(route(`  rules:\n${`  - matches: [${"{},".repeat(43)}]\n`.repeat(3)}`))).toEqual([
      "SLV1104 /spec/rules 5:3 | The route has 129 matches; all rules together may have 128 | Split it into several HTTPRoutes.",
    ]);
  });

  it("refuses more than 64 matches in a rule", () => {
    expect(told(route(`  rules: [{matches: [${"{},".repeat(65)}]}]`))).toEqual([
      "SLV1104 /spec/rules/0/matches 5:12 | The list has 65 entries | Give at most 64.",
    ]);
  });
});

describe("an HTTPRoute's calls", () => {
  it("refuses a try longer than its request, and Go's fractions", () => {
    expect(
      told(
        route(`  rules:
  - timeouts: {request: 1s, backendRequest: 2s}
  - timeouts: {request: 1.5s}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/timeouts/backendRequest 6:45 | backendRequest (2s) is longer than request (1s), which ends every try | Make backendRequest at most as long as request.",
      'SLV1104 /spec/rules/1/timeouts/request 7:25 | "1.5s" is not a duration of the Gateway API | Write up to four whole numbers with h, m, s or ms, such as 500ms or 1m30s.',
    ]);
  });

  it("refuses statuses that are no failures", () => {
    expect(
      told(
        route(`  rules:
  - retry: {codes: [200, 500, 500], attempts: -1, backoff: 5}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/retry/codes/0 6:21 | 200 is out of range | Use a number that is at least 400.",
      'SLV1104 /spec/rules/0/retry/codes/2 6:31 | The status code "500" is there twice | Remove it, or merge it with entry 1.',
      "SLV1104 /spec/rules/0/retry/attempts 6:47 | -1 is out of range | Use a number that is at least 1.",
      'SLV1104 /spec/rules/0/retry/backoff 6:60 | Expected a text, found the number 5 | Put it in quotes: "5".',
    ]);
  });

  it("refuses weights that are not", () => {
    expect(
      told(
        route(`  rules:
  - backendRefs: [{name: a, weight: 1000001}, {name: b, weight: '3'}, {name: c, weight: 1.5}, {name: d, version: '-'}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/backendRefs/0/weight 6:37 | 1000001 is out of range | Use a number that is at most 1000000.",
      'SLV1104 /spec/rules/0/backendRefs/1/weight 6:65 | Expected a number, found the text "3" | Remove the quotes: 3.',
      "SLV1104 /spec/rules/0/backendRefs/2/weight 6:89 | Expected a whole number, found the number 1.5 | Write a number without decimals.",
      'SLV1104 /spec/rules/0/backendRefs/3/version 6:114 | "-" is not a version | Use up to 63 letters, digits, dots, hyphens and underscores (v1).',
    ]);
  });

  it("refuses cookie settings that cannot hold", () => {
    expect(
      told(
        route(`  rules:
  - sessionPersistence: {type: Header, cookieConfig: {}}
  - sessionPersistence: {cookieConfig: {lifetimeType: Permanent}}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/sessionPersistence/cookieConfig 6:40 | cookieConfig has no meaning with type: Header | Remove it, or use type: Cookie.",
      "SLV1104 /spec/rules/1/sessionPersistence/cookieConfig/lifetimeType 7:55 | A permanent cookie needs an end | Add absoluteTimeout, such as 24h.",
    ]);
  });
});
