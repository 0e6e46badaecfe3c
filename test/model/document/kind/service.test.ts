import { describe, expect, it } from "vitest";
import { ours, specOf, told } from "../../../support/documents/expect-refusal.ts";

describe("a Service", () => {
  it("refuses addresses by their form", () => {
    expect(
      told(
        ours(
          "Service",
          `  endpoints:
  - {url: 'https://u:p@a.com'}
  - {url: 'https://a.com?x=1'}
  - {url: 'https://a.com#f'}
  - {url: a.com}
  - {url: 'ftp://a.com'}
  - {url: 'https:\\\\a.com'}
  - {url: 'https:/a.com'}
  - {url: 'https://@a.com'}
  - {url: 'https://a.com:99999'}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/endpoints/0/url 6:11 | The URL carries credentials | Documents never hold a secret: remove the part before the @.",
      "SLV1104 /spec/endpoints/1/url 7:11 | The URL has a query | Remove the part from ? on; the query of each request is the caller's.",
      "SLV1104 /spec/endpoints/2/url 8:11 | The URL has a fragment | Remove the part from # on; it is never sent.",
      "SLV1104 /spec/endpoints/3/url 9:11 | This is not an absolute http or https URL | Write scheme and host, such as https://orders.example.com.",
      "SLV1104 /spec/endpoints/4/url 10:11 | This is not an absolute http or https URL | Write scheme and host, such as https://orders.example.com.",
      "SLV1104 /spec/endpoints/5/url 11:11 | The URL holds a space, a backslash or a control character | Percent-encode it or remove it.",
      "SLV1104 /spec/endpoints/6/url 12:11 | This is not an absolute http or https URL | Write scheme and host, such as https://orders.example.com.",
      "SLV1104 /spec/endpoints/7/url 13:11 | The URL carries credentials | Documents never hold a secret: remove the part before the @.",
      "SLV1104 /spec/endpoints/8/url 14:11 | This is not an absolute http or https URL | Write scheme and host, such as https://orders.example.com.",
    ]);
  });

  it("wants either a url or a binding", () => {
    expect(
      told(
        ours(
          "Service",
          `  endpoints:
  - {}
  - {url: 'https://a.com', binding: B}
  - {binding: 'a-b'}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/endpoints/0 6:5 | An endpoint is either a url or a binding | Give exactly one of the two.",
      "SLV1104 /spec/endpoints/1 7:5 | An endpoint is either a url or a binding | Give exactly one of the two.",
      'SLV1104 /spec/endpoints/2/binding 8:15 | "a-b" is not a binding name | Use letters, digits and underscores, as in wrangler.toml.',
    ]);
  });

  it("refuses values that its fields cannot have", () => {
    expect(
      told(
        ours(
          "Service",
          `  exposure: Public
  healthCheck: {expectedStatuses: [200, '600'], interval: 0s, timeout: 5, path: healthz}
  openapi: {}
  links: [{url: 'javascript:alert(1)'}]
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/exposure 5:13 | "Public" is not one of mesh, public | Did you mean public?',
      "SLV1104 /spec/healthCheck/path 6:81 | The path does not start with a slash | Write it as /healthz, or /healthz?full=1.",
      "SLV1104 /spec/healthCheck/interval 6:59 | The duration must be longer than zero | Write a number with its unit, such as 250ms, 5s or 1m30s.",
      "SLV1104 /spec/healthCheck/timeout 6:72 | 5 is not a duration | Write a number with its unit, such as 250ms, 5s or 1m30s.",
      'SLV1104 /spec/healthCheck/expectedStatuses/0 6:36 | Expected a text, found the number 200 | Put it in quotes: "200".',
      'SLV1104 /spec/healthCheck/expectedStatuses/1 6:41 | "600" is not a status or a range of them | Write "200" or "200-299".',
      "SLV1104 /spec/openapi 7:3 | The OpenAPI description comes from exactly one place | Give url, or the description under inline.",
      "SLV1104 /spec/links/0/url 8:17 | This is not an absolute http or https URL | Write scheme and host, such as https://orders.example.com.",
    ]);
  });

  it("refuses headers that the mesh has nothing to say in, and those of one connection", () => {
    const known =
      "x-forwarded-for, x-forwarded-host, x-forwarded-proto, x-request-id, traceparent, selvage-assertion, selvage-source, selvage-timeout-ms, x-forwarded-prefix";
    const of = (...lines: string[]): string[] => told(ours("Service", `  receive: [${lines.join()}]\n`));
    expect(of("x-request-id", "X-Request-ID")).toEqual([
      `SLV1104 /spec/receive/1 5:26 | "X-Request-ID" is not one of ${known} | Did you mean x-request-id?`,
    ]);
    expect(of("x-forward-for")).toEqual([
      `SLV1104 /spec/receive/0 5:13 | "x-forward-for" is not one of ${known} | Did you mean x-forwarded-for?`,
    ]);
    for (const name of ["connection", "transfer-encoding", "authorization", "tracestate", "selvage-hops"]) {
      expect(of(name)[0]).toContain(`SLV1104 /spec/receive/0 5:13 | "${name}" is not one of`);
    }
  });

  it.each([
    ["/a%2fb", "The path holds an encoded slash or backslash (%2F, %5C), which servers read differently"],
    ["/../x", 'The path climbs above the root with ".."'],
    ["/a%", "The path holds a percent sign that is not followed by two hexadecimal digits"],
    ["/é", "The URL's path is not in its canonical form"],
    ["/a//b", "The URL's path is not in its canonical form"],
    ["/%61", "The URL's path is not in its canonical form"],
    ["/;x", "The path holds a segment of parameters only, which servers read differently"],
  ])("refuses an endpoint whose path %s readers of URLs would change", (path, detail) => {
    const [found] = told(ours("Service", `  endpoints: [{url: "https://orders.example.com${path}"}]\n`));
    expect(found).toContain(`SLV1104 /spec/endpoints/0/url 5:21 | ${detail} |`);
  });

  it("takes an endpoint's path, and a probe's with a query", () => {
    const spec = `  endpoints: [{url: "https://orders.example.com/base/v1;a=b/"}]
  healthCheck: {path: "/healthz?full=1"}
`;
    expect(specOf(ours("Service", spec))).toMatchObject({ healthCheck: { path: "/healthz?full=1" } });
    expect(told(ours("Service", `  healthCheck: {path: "/a/../../b"}\n`))[0]).toContain("climbs above the root");
  });
});
