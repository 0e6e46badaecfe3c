// Attacks of callers who can prove something, and of services that answer.
import { arrived, header, said, type Attack, type Setting } from "./setting.ts";

const LEDGER = "/svc/ledger.shop/x";
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const parts = (token: string): [header: object, claims: object, signature: string] => {
  const [head = "", body = "", signature = ""] = token.split(".");
  const read = (text: string): object => Object(JSON.parse(Buffer.from(text, "base64url").toString()));
  return [read(head), read(body), signature];
};
const asking = async (s: Setting, token: string): Promise<string> =>
  arrived(await s.get(LEDGER, { "selvage-identity": token }));

const proofs: readonly Attack[] = [
  {
    what: "its own token, with the claims of shop/web under the same signature",
    expected: "401",
    run: async (s) => {
      const [head, claims, signature] = parts(await s.identity("evil/client"));
      return asking(s, `${part(head)}.${part({ ...claims, sub: "spiffe://mesh.local/ns/shop/sa/web" })}.${signature}`);
    },
    holds: /^401/,
  },
  {
    what: "alg: none, and HS256 with a key of its own",
    expected: "401",
    run: async (s) => {
      const [head, claims, signature] = parts(await s.identity("evil/client"));
      return `${await asking(s, `${part({ ...head, alg: "none" })}.${part(claims)}.`)}; ${await asking(s, `${part({ ...head, alg: "HS256" })}.${part(claims)}.${signature}`)}`;
    },
    holds: /^401.*; 401/,
  },
  {
    what: "the key in the token's own header: jwk, jku, x5u, kid as a path",
    expected: "401, and nothing is fetched",
    run: async (s) => {
      const [head, claims, signature] = parts(await s.identity("evil/client"));
      const more = {
        jwk: { kty: "oct", k: "AA" },
        jku: `${s.origin}/keys`,
        x5u: `${s.origin}/x`,
        kid: "../../etc/passwd",
      };
      return asking(s, `${part({ ...head, ...more })}.${part(claims)}.${signature}`);
    },
    holds: /^401/,
  },
  {
    what: "the assertion that its service received, as its caller's identity and as a bearer token",
    expected: "401: made for one service, and no proof of a caller",
    run: async (s) => {
      const identity = await s.identity("shop/web");
      const assertion = header(await s.get("/svc/front.evil/x", { "selvage-identity": identity }), "selvage-assertion");
      const bearer = await s.get(LEDGER, { authorization: `Bearer ${assertion}` });
      return `${assertion.length > 50 ? "had one" : "had none"}; ${await asking(s, assertion)}; ${arrived(bearer)}`;
    },
    holds: /^had one; 401.*; 401/,
  },
  {
    what: "a caller's selvage-identity, looked for at the service that it calls",
    expected: "no service sees it",
    run: async (s) => {
      const identity = await s.identity("shop/web");
      return String((await s.get("/svc/front.evil/x", { "selvage-identity": identity })).body.includes(identity));
    },
    holds: /^false$/,
  },
  {
    what: "two identities in one header, and in two lines",
    expected: "401",
    run: async (s) => {
      const [own, other] = [await s.identity("evil/client"), await s.identity("shop/web")];
      const lines = await s.send(
        `GET ${LEDGER} HTTP/1.1\r\nHost: a\r\nSelvage-Identity: ${own}\r\nSelvage-Identity: ${other}\r\n\r\n`,
      );
      return `${await asking(s, `${own}, ${other}`)}; ${lines === null ? "closed" : arrived(lines)}`;
    },
    holds: /^401.*; 401/,
  },
  {
    what: "its own identity at shop's ledger, with x-request-id, origin and cookies of an admin",
    expected: "403",
    run: async (s) =>
      arrived(
        await s.get(LEDGER, {
          "selvage-identity": await s.identity("evil/client"),
          origin: "http://127.0.0.1",
          cookie: "__Host-selvage-session=x",
        }),
      ),
    holds: /^403 SLV2150$/,
  },
  {
    what: "a workload's token at the admin API, and the operator's token as an identity",
    expected: "401 both",
    run: async (s) =>
      `${said(await s.api("GET", "/whoami", undefined, await s.identity("shop/web")))}; ${await asking(s, s.evilToken)}`,
    holds: /^401.*; 401/,
  },
  {
    what: "the token call with Basic and form credentials of two clients, and a grant twice",
    expected: "400 or 401",
    run: async (s) => {
      const type = "content-type: application/x-www-form-urlencoded";
      const seen: string[] = [];
      for (const [head, body] of [
        [`authorization: Basic ${btoa("a:b")}`, "grant_type=client_credentials&client_id=c&client_secret=d"],
        ["x-a: b", "grant_type=client_credentials&grant_type=password"],
        [
          "x-a: b",
          `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=${await s.identity("evil/client")}`,
        ],
      ]) {
        const answer = await s.send(
          `POST /_selvage/v1/oauth/token HTTP/1.1\r\nHost: a\r\n${type}\r\n${head}\r\ncontent-length: ${body?.length}\r\n\r\n${body}`,
        );
        seen.push(String(answer?.status));
      }
      return seen.join(", ");
    },
    holds: /^40[01], 40[01], 40[01]$/,
  },
];

/** The service answers with these bytes. */
const say = (bytes: string): string => `/svc/front.evil/say/${Buffer.from(bytes, "latin1").toString("base64url")}`;
const answering = async (s: Setting, lines: string, body = "ok"): Promise<Awaited<ReturnType<Setting["get"]>>> =>
  s.get(say(`HTTP/1.1 ${lines}\r\nContent-Length: ${body.length}\r\n\r\n${body}`));

const answers: readonly Attack[] = [
  {
    what: "selvage-decision, selvage-revision and the admin API's cookies in a service's answer",
    expected: "none of them",
    run: async (s) => {
      const { status, headers } = await answering(
        s,
        "200 OK\r\nSelvage-Decision: allow\r\nSelvage-Revision: 999999\r\nSet-Cookie: __Host-selvage-session=x; Path=/\r\nProxy-Authenticate: Basic",
      );
      return `${status} ${["selvage-decision", "selvage-revision", "proxy-authenticate", "set-cookie"].map((name) => headers.get(name) ?? "none").join(" ")}`;
    },
    holds: /^200 none none none none$/,
  },
  {
    what: "a redirect to the admin API and one to the metadata service",
    expected: "passed to the caller, never followed",
    run: async (s) => {
      const first = await answering(s, "302 Found\r\nLocation: http://127.0.0.1/_selvage/v1/tokens");
      const second = await answering(s, "307 Temporary\r\nLocation: http://169.254.169.254/");
      return `${first.status} ${first.headers.get("location")}; ${second.status}`;
    },
    holds: /^302 http:\/\/127\.0\.0\.1\/_selvage\/v1\/tokens; 307$/,
  },
  {
    what: "101 without an upgrade, status 99, status 1000, no HTTP at all",
    expected: "502: the service's fault, with a code",
    run: async (s) => {
      const seen: string[] = [];
      for (const bytes of [
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/1.1 1000 High\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
      ]) {
        seen.push(said(await s.get(say(bytes))));
      }
      return seen.join(", ");
    },
    holds: /^502 SLV\S+, 50[24] SLV\S+, 50[24] SLV\S+, 502 SLV\S+$/,
  },
  {
    what: "a gzip body that is none, and Content-Encoding: gzip, gzip, gzip",
    expected: "passed as it is, or 502; no error of the mesh",
    run: async (s) =>
      `${said(await answering(s, "200 OK\r\nContent-Encoding: gzip"))}, ${said(await answering(s, "200 OK\r\nContent-Encoding: gzip, gzip, gzip"))}`,
    holds: /^(?:200|502 SLV\S+), (?:200|502 SLV\S+)$/,
  },
  {
    what: "a header of 3 KB, and 300 headers, in a service's answer",
    expected: "passed, or 502; no error of the mesh",
    run: async (s) => {
      const many = Array.from({ length: 300 }, (_, at) => `\r\nX-${at}: a`).join("");
      return `${said(await answering(s, `200 OK\r\nX-Long: ${"a".repeat(3000)}`))}, ${said(await answering(s, `200 OK${many.slice(0, 3000)}`))}`;
    },
    holds: /^(?!.*SLV9)/,
  },
];

const admins: readonly Attack[] = [
  {
    what: "the admin API with a token in the query, in a cookie, as Basic",
    expected: "401",
    run: async (s) => {
      const path = `/_selvage/v1/whoami?token=${s.mesh.token}&access_token=${s.mesh.token}`;
      const seen = [
        await s.get(path),
        await s.get("/_selvage/v1/whoami", { cookie: `token=${s.mesh.token}` }),
        await s.get("/_selvage/v1/whoami", { authorization: `Basic ${btoa(`x:${s.mesh.token}`)}` }),
      ];
      return seen.map(said).join(", ");
    },
    holds: /^401 SLV2001, 401 SLV2001, 401 SLV2001$/,
  },
  {
    what: "a POST with x-http-method-override: DELETE at a resource",
    expected: "404 or 405, and the resource stays",
    run: async (s) => {
      const answer = await s.get(
        "/_selvage/v1/namespaces/evil/service/front",
        { authorization: `Bearer ${s.evilToken}`, "x-http-method-override": "DELETE" },
        "POST",
      );
      return `${said(answer)}; ${said(await s.api("GET", "/namespaces/evil/service/front"))}`;
    },
    holds: /^40[45].*; 200$/,
  },
  {
    what: "a login that returns to //evil.example",
    expected: "not there",
    run: async (s) => {
      const answer = await s.get("/_selvage/login?return=//evil.example&next=https://evil.example");
      return `${answer.status} ${answer.headers.get("location") ?? "no location"}`;
    },
    holds: /^(?!.*evil\.example)/,
  },
  {
    what: "an OpenAPI document with a script in its title, read back",
    expected: "JSON, nosniff, not kept by caches",
    run: async (s) => {
      await s.evil(
        `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: front, namespace: evil}, spec: {exposure: public, endpoints: [{url: "${s.origin}/evil"}], openapi: {inline: {openapi: "3.1.0", info: {title: "<script>alert(1)</script>", version: "1"}}}}}`,
      );
      const { status, headers } = await s.api("GET", "/catalog/evil/front/openapi.json");
      return [
        status,
        ...["content-type", "x-content-type-options", "cache-control"].map((name) => headers.get(name) ?? "none"),
      ].join(" ");
    },
    holds: /^200 application\/json\S*(?:; charset=\S+)? nosniff no-store/,
  },
  {
    what: "members __proto__ and constructor in a document's labels and in a JSON body",
    expected: "refused, or kept as words",
    run: async (s) => {
      const labels = await s.evil(
        '{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: proto, namespace: evil, labels: {"__proto__": x, constructor: y}}, spec: {}}',
      );
      const json = said(
        await s.api("PUT", "/namespaces/evil/application/proto2", '{"__proto__": {"role": "admin"}, "spec": {}}'),
      );
      return `${labels}; ${json}; ${/"role":"(\w+)"/.exec((await s.api("GET", "/whoami")).body)?.[1]}`;
    },
    holds: /; operator$/,
  },
  {
    what: "a proxy's question whose original path is written twice, is missing, or climbs out",
    expected: "refused",
    run: async (s) => {
      const ask = "GET /_selvage/authz/nginx/orders.shop HTTP/1.1\r\nHost: a\r\nX-Original-Method: GET";
      const seen: string[] = [];
      for (const uri of [
        "X-Original-URI: /x\r\nX-Original-URI: /admin",
        "X-A: b",
        "X-Original-URI: /x/../../admin",
        "X-Original-URI: /admin",
        "X-Original-URI: http://a/admin",
      ]) {
        const answer = await s.send(`${ask}\r\n${uri}\r\n\r\n`);
        seen.push(answer === null ? "closed" : String(answer.status));
      }
      return seen.join(", ");
    },
    holds: /^(?:4\d\d, ){4}4\d\d$/,
  },
];

export const CALLERS: readonly Attack[] = proofs;
export const ANSWERS: readonly Attack[] = answers;
export const ADMINS: readonly Attack[] = admins;
