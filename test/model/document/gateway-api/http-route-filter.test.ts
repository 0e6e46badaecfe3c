import { describe, expect, it } from "vitest";
import { route, specOf, told } from "../../../support/documents/expect-refusal.ts";

describe("an HTTPRoute's filters", () => {
  it("suggests the filter that was meant", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: UrlRewrite
      urlRewrite: {}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/filters/0/type 7:13 | "UrlRewrite" is not one of RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect, DirectResponse, URLRewrite, RequestMirror, CORS, ExternalAuth, ExtensionRef | Did you mean URLRewrite?',
    ]);
  });

  it("wants a filter's type", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - urlRewrite: {}
`),
      ),
    ).toEqual([
      'SLV1105 /spec/rules/0/filters/0/type 7:7 | The field "type" is missing in spec.rules[0].filters[0] | Add type.',
    ]);
  });

  it("tells a misspelt filter once, not as missing too", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: URLRewrite
      urlRewrit: {}
`),
      ),
    ).toEqual([
      'SLV1101 /spec/rules/0/filters/0/urlRewrit 8:7 | There is no field "urlRewrit" in spec.rules[0].filters[0] | Did you mean urlRewrite?',
    ]);
  });

  it("refuses the fields of another type", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: URLRewrite
      requestRedirect: {}
`),
      ),
    ).toEqual([
      'SLV1105 /spec/rules/0/filters/0/urlRewrite 7:7 | The field "urlRewrite" is missing in spec.rules[0].filters[0] | Add urlRewrite.',
      'SLV1101 /spec/rules/0/filters/0/requestRedirect 8:7 | There is no field "requestRedirect" in spec.rules[0].filters[0] | The fields there are type, urlRewrite.',
    ]);
  });

  it("refuses a redirect with backends", () => {
    expect(
      told(
        route(`  rules:
  - filters: [{type: RequestRedirect, requestRedirect: {}}]
    backendRefs: [{name: a}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/backendRefs 7:5 | A rule with a RequestRedirect filter never reaches its backendRefs | Remove backendRefs, or remove the filter.",
    ]);
  });

  it("refuses a redirect with a rewrite", () => {
    expect(
      told(
        route(`  rules:
  - filters: [{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite, urlRewrite: {}}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/filters/1/type 6:68 | RequestRedirect and URLRewrite exclude each other: a redirected request is never forwarded | Remove one, or put the changed path into the redirect.",
    ]);
  });

  it("refuses a direct response with backends, and a body where HTTP allows none", () => {
    expect(
      told(
        route(`  rules:
  - filters: [{type: DirectResponse, directResponse: {statusCode: 204, body: {string: x}}}]
    backendRefs: [{name: a}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/filters/0/directResponse/body 6:72 | HTTP gives answers of this status no body | Remove body, or choose another statusCode.",
      "SLV1104 /spec/rules/0/backendRefs 7:5 | A rule with a DirectResponse filter never reaches its backendRefs | Remove backendRefs, or remove the filter.",
    ]);
  });

  it("refuses a filter twice that counts once", () => {
    expect(
      told(
        route(`  rules:
  - filters: [{type: CORS, cors: {}}, {type: CORS, cors: {}}]
`),
      ),
    ).toEqual(["SLV1104 /spec/rules/0/filters/1/type 6:46 | The filter CORS is there twice | Merge it with entry 0."]);
  });

  it("refuses replacing a prefix that is not matched", () => {
    expect(
      told(
        route(`  rules:
  - matches: [{path: {type: Exact, value: /a}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/filters/0/urlRewrite/path/type 7:60 | ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix: that is the prefix it replaces | Split the rule, or use ReplaceFullPath.",
    ]);
  });

  it("refuses replacing one prefix of two, on a backend as well", () => {
    expect(
      told(
        route(`  rules:
  - matches: [{path: {value: /a}}, {path: {value: /b}}]
    backendRefs:
    - name: x
      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/backendRefs/0/filters/0/urlRewrite/path/type 9:62 | ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix: that is the prefix it replaces | Split the rule, or use ReplaceFullPath.",
    ]);
  });

  it("refuses a redirect that cannot be", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: RequestRedirect
      requestRedirect: {statusCode: 304, scheme: ftp, port: 0, hostname: '*.a.com'}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/filters/0/requestRedirect/scheme 8:50 | "ftp" is not one of http, https | Use one of them.',
      'SLV1104 /spec/rules/0/filters/0/requestRedirect/hostname 8:74 | "*.a.com" is not a precise hostname | Write a lower-case DNS name without port, such as shop.example.com.',
      "SLV1104 /spec/rules/0/filters/0/requestRedirect/port 8:61 | 0 is out of range | Use a number that is at least 1.",
      "SLV1104 /spec/rules/0/filters/0/requestRedirect/statusCode 8:37 | 304 is not one of 301, 302, 303, 307, 308 | Use one of them.",
    ]);
  });

  it("refuses a path modifier without its value", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: RequestRedirect
      requestRedirect: {path: {type: ReplaceFullPath, replacePrefixMatch: /a}}
`),
      ),
    ).toEqual([
      'SLV1105 /spec/rules/0/filters/0/requestRedirect/path/replaceFullPath 8:25 | The field "replaceFullPath" is missing in spec.rules[0].filters[0].requestRedirect.path | Add replaceFullPath.',
      'SLV1101 /spec/rules/0/filters/0/requestRedirect/path/replacePrefixMatch 8:55 | There is no field "replacePrefixMatch" in spec.rules[0].filters[0].requestRedirect.path | The fields there are type, replaceFullPath.',
    ]);
  });

  it("refuses a mirror with two shares, or more than all", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: RequestMirror
      requestMirror: {backendRef: {name: a}, percent: 1, fraction: {numerator: 3, denominator: 2}}
    - {type: RequestMirror, requestMirror: {backendRef: {name: a}, percent: 101}}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/filters/0/requestMirror/fraction/numerator 8:80 | The fraction is greater than one | Make the numerator at most the denominator.",
      "SLV1104 /spec/rules/0/filters/0/requestMirror/fraction 8:58 | Both percent and fraction say how much is mirrored | Keep one of them; with none, all is mirrored.",
      "SLV1104 /spec/rules/0/filters/1/requestMirror/percent 9:77 | 101 is out of range | Use a number that is at most 100.",
    ]);
  });

  it("refuses origins that are not, and a star among others", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: CORS
      cors: {allowOrigins: ['*', 'https://a.com/x'], maxAge: 0}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/filters/0/cors/allowOrigins/1 8:34 | "https://a.com/x" is not an origin | Write "https://shop.example.com", "https://*.example.com" or "*".',
      'SLV1104 /spec/rules/0/filters/0/cors/allowOrigins/0 8:29 | "*" already allows every origin | Remove the others, or remove "*".',
      "SLV1104 /spec/rules/0/filters/0/cors/maxAge 8:62 | 0 is out of range | Use a number that is at least 1.",
    ]);
  });

  it("refuses a CORS method twice", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: CORS
      cors: {allowMethods: [GET, GET], allowHeaders: ['*', x-a]}
`),
      ),
    ).toEqual([
      'SLV1104 /spec/rules/0/filters/0/cors/allowMethods/1 8:34 | The method "GET" is there twice | Remove it, or merge it with entry 0.',
      'SLV1104 /spec/rules/0/filters/0/cors/allowHeaders/0 8:55 | "*" already allows every header | Remove the others, or remove "*".',
    ]);
  });

  it("refuses the settings of another protocol in ExternalAuth", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: ExternalAuth
      externalAuth: {protocol: HTTP, backendRef: {name: a}, grpc: {}}
`),
      ),
    ).toEqual([
      'SLV1105 /spec/rules/0/filters/0/externalAuth/http 8:7 | The field "http" is missing in spec.rules[0].filters[0].externalAuth | Add http.',
      'SLV1101 /spec/rules/0/filters/0/externalAuth/grpc 8:61 | There is no field "grpc" in spec.rules[0].filters[0].externalAuth | The fields there are protocol, backendRef, forwardBody, http.',
    ]);
  });

  it.each(["a ", " a", "a  b", "\\u00fc", "a\\t"])("refuses the header value %j, which upstream refuses", (value) => {
    const modifier = `{set: [{name: a, value: "${value}"}]}`;
    const text = route(
      `  rules:\n  - filters: [{type: ResponseHeaderModifier, responseHeaderModifier: ${modifier}}]\n`,
    );
    expect(told(text).map((one) => one.split(" | ")[1])).toEqual([
      "The header value begins or ends with a blank, has two in a row, or holds a character beyond ASCII",
    ]);
  });

  it("refuses fractions beyond 32 bits, and bodies that no isolate should hold", () => {
    const mirror = "{backendRef: {name: a, version: v2}, fraction: {numerator: 1, denominator: 2147483648}}";
    expect(told(route(`  rules:\n  - filters: [{type: RequestMirror, requestMirror: ${mirror}}]\n`))).toHaveLength(1);
    const auth = (maxSize: number): string =>
      route(
        `  rules:\n  - filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a}, http: {}, forwardBody: {maxSize: ${maxSize}}}}]\n`,
      );
    expect(specOf(auth(1_048_576))).toBeDefined();
    expect(told(auth(1_048_577))[0]).toContain("The mesh holds at most 1048576 bytes of a body");
  });

  it("refuses setting a header twice, or to a line break", () => {
    expect(
      told(
        route(`  rules:
  - filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {set: [{name: a, value: b}, {name: a, value: "c\\r\\nd: e"}], remove: [x, x]}
`),
      ),
    ).toEqual([
      "SLV1104 /spec/rules/0/filters/0/requestHeaderModifier/set/1/value 8:75 | The header value holds a control character | Remove line breaks and other control characters.",
      'SLV1104 /spec/rules/0/filters/0/requestHeaderModifier/set/1/name 8:65 | The header "a" is there twice | Remove it, or merge it with entry 0.',
      'SLV1104 /spec/rules/0/filters/0/requestHeaderModifier/remove/1 8:102 | The header "x" is there twice | Remove it, or merge it with entry 0.',
    ]);
  });

  it.each([
    ["URLRewrite", "urlRewrite", "replacePrefixMatch", "/..", 'The path climbs above the root with ".."'],
    ["URLRewrite", "urlRewrite", "replaceFullPath", "/v2?src=old", "The path holds a query or a fragment"],
    ["RequestRedirect", "requestRedirect", "replaceFullPath", "/v2#top", "The path holds a query or a fragment"],
    [
      "RequestRedirect",
      "requestRedirect",
      "replacePrefixMatch",
      "/a%/..",
      "The path holds a percent sign that is not followed by two hexadecimal digits",
    ],
  ])("refuses a path in %s that is none (%s %s %j)", (type, member, field, value, detail) => {
    const kind = field === "replaceFullPath" ? "ReplaceFullPath" : "ReplacePrefixMatch";
    const filter = { type, [member]: { path: { type: kind, [field]: value } } };
    const [found] = told(route(`  rules: [{filters: [${JSON.stringify(filter)}]}]\n`));
    expect(found).toContain(`SLV1104 /spec/rules/0/filters/0/${member}/path/${field}`);
    expect(found).toContain(`| ${detail} |`);
  });

  it("refuses a path of an authorization service with a query", () => {
    const filter = {
      type: "ExternalAuth",
      externalAuth: { protocol: "HTTP", backendRef: { name: "auth" }, http: { path: "/check?x=1" } },
    };
    expect(told(route(`  rules: [{filters: [${JSON.stringify(filter)}]}]\n`))[0]).toContain(
      "/spec/rules/0/filters/0/externalAuth/http/path",
    );
  });
});
