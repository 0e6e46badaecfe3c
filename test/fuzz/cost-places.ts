// Every place of a request (and of a service's answer) that the mesh reads. The mesh that reads them: cost-mesh.ts.
import { HOST } from "./cost-mesh.ts";

export interface Place {
  readonly name: string;
  /** What stands before the hostile text. */
  readonly starts?: readonly string[];
  /** The longest text that goes there. */
  readonly size: number;
  readonly request: (text: string) => Question;
}

export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A header of the service's answer. */
  readonly answer?: readonly [name: string, value: string];
}

/** Just below what the mesh admits, with room for what else is in the request. */
const HEADER = 31_000;
const PATH = 8000;
const ADMIN = "/_selvage/v1";

const header = (name: string, starts?: readonly string[], more: Readonly<Record<string, string>> = {}): Place => ({
  name: `header ${name}`,
  ...(starts === undefined ? {} : { starts }),
  size: HEADER,
  request: (text) => ({ path: "/a", headers: { host: HOST, ...more, [name]: text } }),
});

const question = (adapter: string, name: string, starts?: readonly string[]): Place => ({
  name: `${adapter} asks with ${name}`,
  ...(starts === undefined ? {} : { starts }),
  size: name.endsWith("uri") ? PATH : HEADER,
  request: (text) => ({
    path: `/_selvage/authz/${adapter}/everything`,
    headers: { host: HOST, "x-original-uri": "/a", "x-forwarded-uri": "/a", [name]: text },
  }),
});

const admin = (name: string, starts?: readonly string[], path = "/whoami"): Place => ({
  name: `API, header ${name}`,
  ...(starts === undefined ? {} : { starts }),
  size: HEADER,
  request: (text) => ({ path: `${ADMIN}${path}`, headers: { host: HOST, [name]: text } }),
});

const query = (path: string, name: string, token: string): Place => ({
  name: `API, ${path}?${name}=`,
  size: PATH,
  request: (text) => ({
    path: `${ADMIN}${path}?${name}=${encodeURIComponent(text).slice(0, PATH)}`,
    headers: { host: HOST, authorization: `Bearer ${token}` },
  }),
});

const answered = (name: string): Place => ({
  name: `answer's header ${name}`,
  size: HEADER,
  request: (text) => ({ path: "/a", headers: { host: HOST, origin: "https://a.example.com" }, answer: [name, text] }),
});

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const PREFLIGHT = { origin: "https://a.example.com", "access-control-request-method": "GET" };

/** @param sign a token of the provider "idp" */
export function places(adminToken: string, sign: (claims: object) => string): readonly Place[] {
  const claim = (name: string, of: (text: string) => unknown): Place => ({
    name: `claim ${name}`,
    size: 5000,
    request: (text) => ({ path: "/a", headers: { host: HOST, "x-token": sign({ [name]: of(text) }) } }),
  });
  return [
    { name: "path", size: PATH, request: (text) => ({ path: `/${spelled(text)}`, headers: { host: HOST } }) },
    {
      name: "path of a service",
      size: PATH,
      request: (text) => ({ path: `/svc/everything/${spelled(text)}`, headers: {} }),
    },
    { name: "query", size: PATH, request: (text) => ({ path: `/a?q=${spelled(text)}`, headers: { host: HOST } }) },
    { name: "queries", size: PATH, request: (text) => ({ path: `/a?${spelled(text)}`, headers: { host: HOST } }) },
    header("host"),
    header("connection", ["", "close, "]),
    header("cookie", ["", "sid=", "__Host-selvage-session=", "session="]),
    header("authorization", ["", "Bearer ", "Basic ", "Bearer a, "]),
    header("x-token", ["", "e30."]),
    header("selvage-identity", ["", "e30."]),
    header("traceparent", ["", `${TRACEPARENT}-`]),
    header("tracestate", ["", "a=b,"], { traceparent: TRACEPARENT }),
    header("x-request-id"),
    header("origin", ["", "https://"]),
    header("access-control-request-headers", [""], PREFLIGHT),
    header("access-control-request-method", [""], PREFLIGHT),
    header("x-team"),
    header("x-pattern"),
    header("x-tenant"),
    header("x_tenant"),
    header("client_id"),
    header("client_secret", [""], { client_id: "a" }),
    header("accept", ["", "text/html,"]),
    header("content-type"),
    header("upgrade"),
    header("te"),
    header("selvage-hops", [""], { "selvage-source": "a" }),
    header("selvage-source"),
    header("selvage-entry"),
    header("x-priority"),
    header("idempotency-key"),
    header("x-forwarded-for", ["", "10.0.0.1, ", "["]),
    header("x-forwarded-proto"),
    header("x-forwarded-port"),
    header("x-forwarded-host"),
    header("cf-connecting-ip"),
    header("forwarded", ["", "for="]),
    claim("name", (text) => text),
    claim("scope", (text) => text),
    claim("roles", (text) => text.split(",")),
    claim("sub", (text) => text),
    claim("nested", (text) => ({ [text.slice(0, 2500)]: text.slice(0, 2500) })),
    question("nginx", "x-original-uri", ["/"]),
    question("nginx", "x-original-host"),
    question("nginx", "x-original-method"),
    question("nginx", "x-real-ip"),
    question("nginx", "x-forwarded-for", ["", "["]),
    question("nginx", "x-forwarded-proto"),
    question("traefik", "x-forwarded-uri", ["/"]),
    question("traefik", "x-forwarded-host"),
    question("traefik", "x-forwarded-method"),
    question("envoy", "x-forwarded-for"),
    question("envoy", "selvage-service"),
    {
      name: "envoy asks with a path",
      size: PATH,
      request: (text) => ({ path: `/_selvage/authz/envoy/everything/${spelled(text)}`, headers: { host: HOST } }),
    },
    {
      name: "rate-limit service, body",
      size: 60_000,
      request: (text) => ({
        method: "POST",
        path: "/_selvage/ratelimit/json",
        headers: { host: HOST, "content-type": "application/json" },
        body: JSON.stringify({
          domain: "everything",
          descriptors: [{ entries: [{ key: "header_match", value: text }] }],
        }),
      }),
    },
    admin("authorization", ["", "Bearer ", "Bearer slv_", "Basic "]),
    admin("cookie", ["", "__Host-selvage-session="]),
    admin("authorization", ["", "Basic ", "Basic a:"], "/oauth/token"),
    admin("cf-access-jwt-assertion", ["", "e30."]),
    admin("x-request-id"),
    admin("accept", ["text/html"], "/../problems/SLV1101"),
    { ...admin("if-match", ["", '"', 'W/"']), request: (text) => written(adminToken, { "if-match": text }) },
    { ...admin("content-type"), request: (text) => written(adminToken, { "content-type": text }) },
    {
      ...admin("if-none-match", ["", 'W/"']),
      name: "API, header if-none-match",
      request: (text) => ({
        path: `${ADMIN}/namespaces/default/service/everything`,
        headers: { host: HOST, authorization: `Bearer ${adminToken}`, "if-none-match": text },
      }),
    },
    {
      name: "API, path",
      size: PATH,
      request: (text) => ({ path: `${ADMIN}/${spelled(text)}`, headers: { host: HOST } }),
    },
    {
      name: "API, queries",
      size: PATH,
      request: (text) => ({
        path: `${ADMIN}/resources?${spelled(text)}`,
        headers: { host: HOST, authorization: `Bearer ${adminToken}` },
      }),
    },
    query("/resources", "labelSelector", adminToken),
    query("/resources", "kind", adminToken),
    query("/resources", "cursor", adminToken),
    query("/revisions", "cursor", adminToken),
    query("/audit", "cursor", adminToken),
    query("/limits", "policy", adminToken),
    {
      name: "token call, body",
      size: 7000,
      starts: ["", "grant_type=client_credentials&client_id="],
      request: (text) => ({
        method: "POST",
        path: `${ADMIN}/oauth/token`,
        headers: { host: HOST, "content-type": "application/x-www-form-urlencoded" },
        body: text,
      }),
    },
    {
      name: "login, body",
      size: 7000,
      starts: ["", "token=", "return=/_selvage/"],
      request: (text) => ({
        method: "POST",
        path: "/_selvage/login",
        headers: { host: HOST, "content-type": "application/x-www-form-urlencoded" },
        body: text,
      }),
    },
    answered("connection"),
    answered("vary"),
    answered("set-cookie"),
    answered("content-type"),
    answered("retry-after"),
    answered("access-control-allow-origin"),
    answered("cf-ray"),
  ];
}

function written(token: string, headers: Readonly<Record<string, string>>): Question {
  return {
    method: "PUT",
    path: `${ADMIN}/namespaces/default/service/everything`,
    headers: { host: HOST, authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: "{}",
  };
}

/** Spaces cannot be sent in a path, and `#` ends it. */
function spelled(text: string): string {
  return text.replaceAll(/[\s#]/g, "%20").slice(0, PATH);
}
