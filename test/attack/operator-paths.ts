// Attacks by paths and addresses that an operator writes: whatever the field, what is judged is what is forwarded.
import { CONSUMER, doc, route } from "./documents.ts";
import { arrived, said, type Attack, type Setting } from "./setting.ts";

/** What a server would make of the path that arrived. */
function read(answer: string): string {
  const target = /^200 \w+ (\S+) HTTP/.exec(answer)?.[1];
  if (target === undefined) {
    return answer;
  }
  const url = URL.canParse(target, "http://a") ? new URL(target, "http://a").pathname : target;
  return `${answer} = ${url.replaceAll(/%(?:2e|2f|5c|3b)/gi, (one) => decodeURIComponent(one))}`;
}

/** By a route on shop's orders, for its own callers, with DENY on /admin. */
async function rewritten(s: Setting, path: string, asked = "/svc/orders.shop/x"): Promise<string> {
  const identity = await s.identity("evil/client");
  const made = await s.evil(
    route(
      "paths",
      `{${CONSUMER}, rules: [{filters: [{type: URLRewrite, urlRewrite: {path: ${path}}}], backendRefs: [{name: orders, namespace: shop}]}]}`,
    ),
  );
  if (!made.startsWith("200")) {
    return made;
  }
  const answer = arrived(await s.get(asked, { "selvage-identity": identity }));
  await s.dropped("httproute/paths");
  return `${made}; ${read(answer)}`;
}

const WAYS: readonly (readonly [what: string, path: string])[] = [
  ["/%2e%2e/admin", "/%2e%2e/admin"],
  [".%2e in the middle", "/a/.%2e/admin"],
  ["a backslash", String.raw`/a\\..\\admin`],
  ["a coded backslash", "/a%5c..%5cadmin"],
  ["; behind dots", "/a/..;/admin"],
  ["; before a slash", "/;/admin"],
  ["a tab", String.raw`/ad\tmin`],
  ["a line feed", String.raw`/x\n/admin`],
  ["CRLF and a header", String.raw`/x HTTP/1.1\r\nselvage-source: root\r\nx: `],
  ["a coded CRLF", "/x%0d%0aselvage-source:root"],
  ["a double slash", "//admin"],
  ["a doubly coded letter", "/%2561dmin"],
  ["a coded letter", "/%61dmin"],
  ["a NUL, coded", "/admin%00"],
  ["full-width letters", String.raw`/\uff41\uff44\uff4d\uff49\uff4e`],
  ["half a surrogate pair", String.raw`/\ud800admin`],
  ["another scheme", "http://127.0.0.1/admin"],
  ["a path of 9000 characters", `/${"a".repeat(9000)}`],
];

const rewrites = WAYS.map(([what, path]): Attack => ({
  what: `a rewrite of the whole path with ${what}`,
  expected: "refused at apply, or never /admin, nor an error of ours",
  run: (s) => rewritten(s, `{type: ReplaceFullPath, replaceFullPath: "${path}"}`),
  holds: /^(?!.*(?:= \/+(?:\.\.\/)*admin|SLV9|root))/,
}));

const prefixes: readonly Attack[] = [
  ["/a/.", "/svc/orders.shop/x./admin"],
  ["/a/%2e", "/svc/orders.shop/x%2e/admin"],
  ["/ad", "/svc/orders.shop/xmin"],
  ["/adm", "/svc/orders.shop/x/in"],
  ["/", "/svc/orders.shop/x//admin"],
  ["", "/svc/orders.shop/x/admin"],
].map(([prefix, asked]): Attack => ({
  what: `a rewrite of the prefix with ${JSON.stringify(prefix)}, asked for ${asked}`,
  expected: "the sum is judged, and never /admin",
  run: (s) => rewritten(s, `{type: ReplacePrefixMatch, replacePrefixMatch: "${prefix}"}`, asked),
  holds: /^(?!.*(?:= \/+admin|SLV9))/,
}));

const HOSTILE = ["/..", "/%2e%2e/admin", String.raw`/a\\b`, "//evil.example/x", String.raw`/x\r\ny: z`, "/a?b#c"];
/** Each value in a field of a document of its own; how many were taken. */
async function taken(s: Setting, make: (value: string, at: number) => string): Promise<string> {
  const seen: string[] = [];
  for (const [at, value] of HOSTILE.entries()) {
    seen.push((await s.evil(make(value, at))).split(" ")[0] ?? "");
  }
  return seen.join(" ");
}

const fields: readonly Attack[] = [
  {
    what: "hostile paths as the path of a health check",
    expected: "refused, or canonical: //a/b is /a/b",
    run: (s) =>
      taken(s, (value) =>
        doc("Service", "checked", `{endpoints: [{url: "${s.origin}"}], healthCheck: {path: "${value}"}}`),
      ),
    holds: /^(?:422 ){3}(?:200|422) 422 422$/,
  },
  {
    what: "hostile paths as the path of an endpoint",
    expected: "refused, or canonical: the prefix is forwarded as it is judged",
    run: async (s) => {
      const seen: string[] = [];
      for (const value of HOSTILE) {
        const made = await s.evil(
          doc("Service", "based", `{exposure: public, endpoints: [{url: "${s.origin}${value}"}]}`),
        );
        seen.push(made.startsWith("200") ? `200 ${arrived(await s.get("/svc/based.evil/x"))}` : made.slice(0, 3));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*(?:\.\.|%2e|\\|#))/i,
  },
  {
    what: "hostile paths at registration of an endpoint",
    expected: "refused, or canonical",
    run: async (s) => {
      const seen: string[] = [];
      for (const value of HOSTILE) {
        const body = `{"url": "${s.origin}${value}", "ttl": "60s"}`;
        seen.push(said(await s.api("PUT", "/namespaces/evil/services/front/endpoints/odd", body)));
      }
      await s.api("DELETE", "/namespaces/evil/services/front/endpoints/odd");
      return seen.join(", ");
    },
    holds: /^(?:422 SLV\d+|400 SLV\d+)(?:, (?:422 SLV\d+|400 SLV\d+|20\d))*$/,
  },
  {
    what: "hostile paths as the path of an authorization service",
    expected: "refused, or canonical: //a/b is /a/b",
    run: (s) =>
      taken(s, (value) =>
        route(
          "authpath",
          `{hostnames: [authpath.example], rules: [{filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: front}, http: {path: "${value}"}}}], backendRefs: [{name: front}]}]}`,
        ),
      ),
    holds: /^(?:422 ){3}(?:200|422) 422 422$/,
  },
  {
    what: "hostile paths as the path of a redirect",
    expected: "refused, or a Location on the same host without another line",
    run: async (s) => {
      const seen: string[] = [];
      for (const value of HOSTILE) {
        const made = await s.evil(
          route(
            "goes",
            `{hostnames: [goes.example], rules: [{filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: "${value}"}}}]}]}`,
          ),
        );
        const { headers } = await s.get("/x", { host: "goes.example" });
        seen.push(made.startsWith("200") ? `200 ${headers.get("location")}` : made.slice(0, 3));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*(?:[ :]\/\/evil|\.\.|\\|#))/,
  },
  {
    what: "a redirect whose prefix makes //evil.example of the caller's path",
    expected: "a Location on the same host",
    run: async (s) => {
      await s.evil(
        route(
          "goes",
          `{hostnames: [goes.example], rules: [{matches: [{path: {value: /go}}], filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}]}`,
        ),
      );
      const seen: string[] = [];
      for (const target of [
        "/go//evil.example",
        "/go/%2fevil.example",
        String.raw`/go/\evil.example`,
        "/go/;//evil.example",
      ]) {
        const answer = await s.get(target, { host: "goes.example" });
        seen.push(answer.headers.get("location") ?? said(answer));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*(?:(?:^|, |\/)\/\/+evil|\\))/,
  },
  {
    what: "a redirect to hosts such as evil@host, host:99999, host/path and a host with a line feed",
    expected: "refused",
    run: async (s) => {
      const seen: string[] = [];
      for (const hostname of [
        "evil@shop.example.com",
        "shop.example.com:99999",
        "a/b",
        String.raw`a\r\nx: y`,
        "*.a.com",
      ]) {
        const made = await s.evil(
          route(
            "goes",
            `{hostnames: [goes.example], rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: "${hostname}"}}]}]}`,
          ),
        );
        seen.push(made.split(" ")[0] ?? "");
      }
      return seen.join(" ");
    },
    holds: /^(?:4\d\d ?){5}$/,
  },
  {
    what: "header values of filters with CRLF, NUL and 20 KB, and names such as host, content-length and transfer-encoding",
    expected: "refused, or without effect on framing",
    run: async (s) => {
      const seen: string[] = [];
      for (const [name, value] of [
        ["x-a", String.raw`b\r\nselvage-source: root`],
        ["x-a", String.raw`b\0c`],
        ["x-a", "é\u2028"],
        ["content-length", "5"],
        ["transfer-encoding", "chunked"],
        ["connection", "x-forwarded-for"],
        ["selvage-assertion", "root"],
      ]) {
        const made = await s.evil(
          route(
            "writes",
            `{hostnames: [writes.example], rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: ${name}, value: "${value}"}]}}], backendRefs: [{name: front}]}]}`,
          ),
        );
        const answer = await s.get("/x", { host: "writes.example" });
        seen.push(
          made.startsWith("200") ? `200 ${said(answer)}${/root/.test(answer.body) ? " root" : ""}` : made.slice(0, 3),
        );
      }
      await s.dropped("httproute/writes");
      return seen.join(", ");
    },
    holds: /^(?!.*(?:root|SLV9|200 40\d))/,
  },
  {
    what: "answers' headers by a route: content-length, a cookie of the mesh, selvage-decision, a location with CRLF",
    expected: "refused or without effect",
    run: async (s) => {
      const seen: string[] = [];
      for (const [name, value] of [
        ["content-length", "5"],
        ["set-cookie", "__Host-selvage-session=root; Path=/"],
        ["selvage-decision", "root"],
        ["selvage-revision", "999"],
        ["transfer-encoding", "chunked"],
      ]) {
        const made = await s.evil(
          route(
            "says",
            `{hostnames: [says.example], rules: [{filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: ${name}, value: "${value}"}]}}], backendRefs: [{name: front}]}]}`,
          ),
        );
        const answer = await s.get("/x", { host: "says.example" });
        const told = answer.headers.get(name ?? "") === value;
        seen.push(made.startsWith("200") ? `200 ${answer.status}${told ? ` told ${name}` : ""}` : made.slice(0, 3));
      }
      await s.dropped("httproute/says").catch(() => undefined);
      return seen.join(", ");
    },
    holds: /^(?!.*told)/,
  },
];

export const OPERATOR_PATHS: readonly Attack[] = [...rewrites, ...prefixes, ...fields];
