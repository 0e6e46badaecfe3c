// Attacks of a stranger on traffic: paths, hosts, headers, framing.
import { arrived, header, said, type Attack, type Setting } from "./setting.ts";

async function raw({ send }: Setting, head: string): Promise<string> {
  const answer = await send(`${head}\r\n\r\n`);
  return answer === null ? "closed" : arrived(answer);
}
const line = (target: string, more = ""): string => `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1${more}`;
const REFUSED = /^(?:closed|4\d\d)/;

const paths: readonly Attack[] = [
  ...[
    "/svc/orders.shop//admin",
    "/svc/orders.shop/./admin",
    "/svc/orders.shop/x/../admin",
    "/svc/orders.shop/%61dmin",
    "/svc/orders.shop/admin;v=1",
    "/svc/orders.shop/admin%3Bv=1",
    "/svc/orders.shop/;/admin",
    "/svc/orders.shop/..%2forders.shop/admin",
    "/svc/orders.shop/x\\..\\admin",
    "/svc/./orders.shop/admin",
    "/svc;a/orders.shop/admin",
    "/svc/orders%2Eshop/admin",
    "http://shop.example.com/admin",
    "http://x@shop.example.com/admin",
  ].map((target): Attack => ({
    what: `GET ${target}`,
    expected: "403 or 400: nowhere is it /admin",
    run: (s) => raw(s, line(target)),
    holds: REFUSED,
  })),
  {
    what: "GET /svc/orders.shop/x#/../../admin and ?/../admin",
    expected: "/x, and the query as it is",
    run: async (s) =>
      `${await raw(s, line("/svc/orders.shop/x#/../../admin"))}; ${await raw(s, line("/svc/orders.shop/x?/../admin"))}`,
    holds: /^(?:4\d\d|closed|200 GET \/x HTTP).*; 200 GET \/x\?\/\.\.\/admin HTTP/,
  },
  {
    what: "spellings of /_selvage/v1/whoami: //, %5f, ;x, capitals, /svc/orders.shop/../../",
    expected: "never the admin API's answer, and none arrives at a service as /_selvage",
    run: async (s) => {
      const seen: string[] = [];
      for (const target of [
        "//_selvage/v1/whoami",
        "/%5fselvage/v1/whoami",
        "/_selvage;x/v1/whoami",
        "/_SELVAGE/v1/whoami",
        "/svc/orders.shop/../../_selvage/v1/whoami",
        "/x/../_selvage/v1/whoami",
      ]) {
        seen.push(await raw(s, line(target, "\r\nHost: shop.example.com").replace("Host: 127.0.0.1\r\n", "")));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*GET \/_selvage)/,
  },
  {
    what: "a path of 9000 characters, one of 500 segments, a query of 20 000",
    expected: "414 or 400",
    run: async (s) => {
      const seen: string[] = [];
      for (const target of [
        `/svc/orders.shop/${"a".repeat(9000)}`,
        `/svc/orders.shop${"/a".repeat(500)}`,
        `/svc/orders.shop/x?${"q".repeat(20_000)}`,
      ]) {
        seen.push(await raw(s, line(target)));
      }
      return seen.join(", ");
    },
    holds: /^41[4].*, 4\d\d.*, 4\d\d/,
  },
];

const hosts: readonly Attack[] = [
  {
    what: "two Host lines",
    expected: "refused, or one of them for everything",
    run: (s) => raw(s, "GET /x HTTP/1.1\r\nHost: shop.example.com\r\nHost: evil.example"),
    holds: /^(?:closed|4\d\d)/,
  },
  {
    what: "Host: shop.example.com@evil.example, shop.example.com:99999, [::1, a,b and 300 characters",
    expected: "refused, or no host that is served",
    run: async (s) => {
      const seen: string[] = [];
      for (const host of [
        "shop.example.com@evil.example",
        "shop.example.com:99999",
        "[::1",
        "shop.example.com,evil.example",
        "a".repeat(300),
      ]) {
        seen.push(await raw(s, `GET /x HTTP/1.1\r\nHost: ${host}`));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*200)/,
  },
  {
    what: "Host: SHOP.example.com. with capitals and a dot",
    expected: "is shop.example.com, DENY and all",
    run: async (s) =>
      `${await raw(s, "GET /admin HTTP/1.1\r\nHost: SHOP.EXAMPLE.COM.")}; ${await raw(s, "GET /x HTTP/1.1\r\nHost: SHOP.EXAMPLE.COM.")}`,
    holds: /^403 SLV2150; 200 GET \/x /,
  },
  {
    what: "ledger.shop.mesh.test without an identity, and with x-forwarded-host that names it",
    expected: "401; the header says nothing",
    run: async (s) =>
      `${await raw(s, "GET /x HTTP/1.1\r\nHost: ledger.shop.mesh.test")}; ${header(await s.get("/svc/orders.shop/x", { "x-forwarded-host": "ledger.shop.mesh.test" }), "x-forwarded-host")}`,
    holds: /^401 .*; 127\.0\.0\.1/,
  },
];

const headers: readonly Attack[] = [
  {
    what: "x-forwarded-for, x_forwarded_for, cf-connecting-ip, true-client-ip, forwarded, x-real-ip",
    expected: "the service gets the caller's own address only",
    run: async (s) => {
      const forged = [
        "x-forwarded-for",
        "x_forwarded_for",
        "cf-connecting-ip",
        "true-client-ip",
        "forwarded",
        "x-real-ip",
        "x-client-ip",
      ];
      const answer = await s.get("/svc/orders.shop/x", Object.fromEntries(forged.map((name) => [name, "203.0.113.9"])));
      return `forged: ${answer.body.includes("203.0.113.9")}, x-forwarded-for: ${header(answer, "x-forwarded-for")}`;
    },
    holds: /^forged: false, x-forwarded-for: 127\.0\.0\.1$/,
  },
  {
    what: "selvage-source, selvage-assertion, selvage_source and selvage-hops: -1",
    expected: "the mesh's own words only; hops that are no number count as too many",
    run: async (s) => {
      const answer = await s.get("/svc/orders.shop/x", {
        "selvage-source": "root",
        selvage_source: "root",
        "selvage-assertion": "root",
        "selvage-hops": "-1",
      });
      return `${said(answer)} root: ${answer.body.includes("root")}, source: ${header(answer, "selvage-source")}`;
    },
    holds: /^508 SLV5010 root: false/,
  },
  {
    what: "Connection: selvage-source, x-forwarded-for, host, content-length, cookie",
    expected: "what the mesh tells is there all the same",
    run: async (s) => {
      const answer = await s.get("/svc/orders.shop/x", {
        connection: "selvage-source, x-forwarded-for, host, cookie, x-request-id",
        cookie: "a=b",
      });
      return `source: ${header(answer, "selvage-source")}, for: ${header(answer, "x-forwarded-for")}, cookie: ${header(answer, "cookie")}`;
    },
    holds: /^source: anonymous, for: 127\.0\.0\.1, cookie: none$/,
  },
  {
    what: "x-http-method-override: DELETE, x-original-url: /admin, x-rewrite-url: /admin",
    expected: "none of them arrives",
    run: async (s) => {
      const answer = await s.get("/svc/orders.shop/x", {
        "x-http-method-override": "DELETE",
        "x-original-url": "/admin",
        "x-rewrite-url": "/admin",
        "x-original-uri": "/admin",
      });
      return `${answer.status}, told: ${/override|original|rewrite/i.test(answer.body)}`;
    },
    holds: /^200, told: false$/,
  },
  {
    what: "the admin API's cookies among others, in two lines, in quotes, behind a comma",
    expected: "no service sees them",
    run: async (s) => {
      const answer = await s.send(
        "GET /svc/orders.shop/x HTTP/1.1\r\nHost: a\r\nCookie: a=1; __Host-selvage-session=secret\r\nCookie: c=3, __Host-selvage-session=secret; __Host-selvage-login=secret; b=2\r\n\r\n",
      );
      return answer === null
        ? "closed"
        : `${answer.status}, secret: ${answer.body.includes("secret")}, ${header(answer, "cookie")}`;
    },
    holds: /^200, secret: false, a=1; c=3; b=2$/,
  },
  {
    what: "200 headers, and one of 60 KB",
    expected: "431",
    run: async (s) => {
      const many = Array.from({ length: 200 }, (_, at) => `\r\nx-${at}: a`).join("");
      return `${await raw(s, line("/svc/orders.shop/x", many))}; ${await raw(s, line("/svc/orders.shop/x", `\r\nx-long: ${"a".repeat(60_000)}`))}`;
    },
    holds: /^431.*; (?:431|closed|400)/,
  },
  {
    what: "a traceparent of zeros, and a tracestate of 40 members with spaces",
    expected: "a new trace, 32 members at most",
    run: async (s) => {
      const tracestate = Array.from({ length: 40 }, (_, at) => ` k${at}=v `).join(",");
      const answer = await s.get("/svc/orders.shop/x", {
        traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01`,
        tracestate,
      });
      return `${header(answer, "traceparent")} ${header(answer, "tracestate").split(",").length}`;
    },
    holds: /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-\d\d (?:\d|[12]\d|3[012])$/,
  },
];

const framing: readonly Attack[] = [
  ...[
    [
      "Content-Length and Transfer-Encoding",
      "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a",
    ],
    ["two Content-Lengths", "Content-Length: 0\r\nContent-Length: 30\r\n\r\nGET /admin HTTP/1.1\r\nHost: a"],
    ["Transfer-Encoding: xchunked", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ["Transfer-Encoding: chunked, identity", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"],
    ["a folded line", "X-A: b\r\n Transfer-Encoding: chunked"],
    ["a negative length", "Content-Length: -1"],
    ["a length with a plus", "Content-Length: +4\r\n\r\nabcd"],
    ["a NUL in a header", "X-A: b\0c"],
    [
      "an upgrade to h2c",
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
    ],
  ].map(([what, rest]): Attack => ({
    what: `POST with ${what}`,
    expected: "refused, or one request with none of it",
    run: async (s) => {
      const answer = await s.send(`POST /svc/orders.shop/x HTTP/1.1\r\nHost: a\r\n${rest}\r\n\r\n`);
      return answer === null
        ? "closed"
        : `${arrived(answer)}${/transfer-encoding: (?!chunked\r?$)|h2c/im.test(answer.body) ? " with it" : ""}`;
    },
    holds: /^(?:closed|4\d\d|200 POST \/x HTTP\/1\.1$)/,
  })),
  {
    what: "TRACE, CONNECT, get in lower case, a method of 5000 letters",
    expected: "refused, or passed on as it is",
    run: async (s) => {
      const seen: string[] = [];
      for (const method of ["TRACE", "CONNECT", "get", "M".repeat(5000)]) {
        seen.push((await raw(s, `${method} /svc/orders.shop/admin HTTP/1.1\r\nHost: a`)).slice(0, 40));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*200)/,
  },
];

export const STRANGERS: readonly Attack[] = [...paths, ...hosts, ...headers, ...framing];
