// Every pure reader of a text that strangers write, with what leads it to where it works: the short half of the cost
// fuzz.
import { forwardedAddress } from "../../src/decide/header/forwarded-for.ts";
import { decodeCursor } from "../../src/control/http/cursor.ts";
import { parseLabelQuery } from "../../src/control/http/label-query.ts";
import { conditionHolds } from "../../src/decide/authorize/condition.ts";
import { claimHeaders } from "../../src/decide/header/claim-headers.ts";
import { preflightHeaders, type CorsFilter } from "../../src/decide/header/cors.ts";
import { EditedHeaders } from "../../src/decide/header/edited-headers.ts";
import { inspectRequest, keptRequestId } from "../../src/decide/header/headers.ts";
import { cookieNamed } from "../../src/decide/header/cookies.ts";
import { withoutOperatorCookies } from "../../src/decide/header/operator-cookies.ts";
import { continueTrace } from "../../src/decide/header/trace-context.ts";
import { ANONYMOUS } from "../../src/decide/identity/caller.ts";
import { readCertificate } from "../../src/decide/identity/certificate.ts";
import { findCredentials, findTokens } from "../../src/decide/identity/credentials.ts";
import { readSpiffeId } from "../../src/decide/identity/spiffe-id.ts";
import { bucketKey } from "../../src/decide/limit/key.ts";
import { parseAuthority } from "../../src/decide/route/authority.ts";
import { canonicalPath } from "../../src/model/word/canonical-path.ts";
import { planeOf } from "../../src/decide/route/plane.ts";
import { addressByPath } from "../../src/decide/route/service-address.ts";
import { readRetryAfter } from "../../src/decide/retry/retry-after.ts";
import { classifyAddress } from "../../src/decide/text/address.ts";
import { blockBits } from "../../src/decide/text/ip.ts";
import type { JwtProvider } from "../../src/model/snapshot/access.ts";
import { didYouMean } from "../../src/model/word/did-you-mean.ts";
import { readJsonObject } from "../../src/tokens/strict-json.ts";
import { MAX_TOKEN, readToken } from "../../src/tokens/read-token.ts";

export interface Reader {
  readonly name: string;
  /** What stands before the hostile text. */
  readonly starts: readonly string[];
  readonly read: (text: string) => unknown;
}

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const half = (): number => 0.5;
const utf8 = new TextEncoder();

/** A token is longer by a third, and by its signature. */
const MAX_CLAIMS = MAX_TOKEN * 0.75;

const provider: JwtProvider = {
  name: "idp",
  issuer: "https://idp.example",
  audiences: [],
  keys: { secret: "KEY" },
  algorithms: ["RS256"],
  from: [{ header: "authorization", prefix: "Bearer " }, { cookie: "sid" }, { header: "x-token", prefix: "" }],
  claimToHeaders: [{ claim: "name", header: "x-name" }],
  clockSkewMs: 0,
  requiredClaims: [],
};

const cors: CorsFilter = {
  type: "CORS",
  allowOrigins: ["https://*.example.com", "https://shop.example.com:8443"],
  allowMethods: ["*"],
  allowHeaders: ["*"],
  exposeHeaders: [],
  allowCredentials: true,
  maxAgeSeconds: 5,
};

const patterns = Array.from({ length: 16 }, (_, index) => `pattern-${index}*`);

const holds = (key: string, text: string): unknown =>
  conditionHolds(
    { key, values: patterns, notValues: patterns, contains: patterns },
    {
      caller: {
        ...ANONYMOUS,
        claims: { scope: text.slice(0, MAX_CLAIMS), roles: text.slice(0, MAX_CLAIMS).split(",") },
      },
      clientAddress: null,
      method: "GET",
      host: "shop.example.com",
      path: "/",
      otherPaths: () => [],
      header: () => text,
    },
  );

const plain = (name: string, read: (text: string) => unknown, starts: readonly string[] = [""]): Reader => ({
  name,
  starts,
  read,
});

const header = (name: string, starts?: readonly string[]): Reader =>
  plain(
    `headers: ${name}`,
    (text) => {
      const headers = new EditedHeaders(new Map([[name, text]]));
      return inspectRequest(headers);
    },
    starts,
  );

export const READERS: readonly Reader[] = [
  plain("path", canonicalPath, ["/", "/a", "https://shop.example.com/a?"]),
  plain("plane", (text) => planeOf(text, "admin.example.com"), [
    "https://shop.example.com/_selvage/",
    "https://shop.example.com/_selvage/authz/",
    "https://",
  ]),
  plain("authority", parseAuthority),
  plain("service's address", addressByPath, ["/svc/"]),
  header("connection", ["", "close, "]),
  header("cookie", ["", "__Host-selvage-session="]),
  header("x_forwarded_for"),
  plain("request id", keptRequestId, ["", "a"]),
  plain("traceparent", (text) => continueTrace(text, null, half), ["", `${TRACEPARENT}-`, " "]),
  plain("tracestate", (text) => continueTrace(TRACEPARENT, text, half), ["", "a=b,", "a@b=c"]),
  plain("operator's cookies", withoutOperatorCookies, ["", "__Host-selvage-session=a; "]),
  plain("session cookie", (text) => cookieNamed(text, "__Host-selvage-session"), ["", "__Host-selvage-session="]),
  plain("token's place", (text) => findTokens([provider], () => text), ["", "Bearer ", "Bearer a, ", "sid="]),
  plain("client's credentials", (text) => findCredentials(["basic"], () => text), ["", "Basic ", "Basic a\u2028"]),
  plain("token", readToken, ["", "e30.", "e30.e30."]),
  plain("claims", (text) => readJsonObject(utf8.encode(text)), ["", '{"a":', '{"a":"']),
  plain("certificate", (text) =>
    readCertificate({ certPresented: "1", certVerified: "SUCCESS", certRevoked: "0", certRFC9440: text }, "mesh.local"),
  ),
  plain("SPIFFE id", (text) => readSpiffeId(text, "mesh.local"), ["", "spiffe://mesh.local/ns/"]),
  plain("claim's header", (text) => claimHeaders(provider, { name: text }), ["", "é"]),
  plain("claim's header, of a list", (text) => claimHeaders(provider, { name: text.slice(0, MAX_CLAIMS).split(",") })),
  plain("condition on a header", (text) => holds("header:x-team", text)),
  plain("condition on a claim", (text) => holds("claim:scope", text)),
  plain("condition on a list of claims", (text) => holds("claim:roles", text)),
  plain("origin", (text) => preflightHeaders(cors, new EditedHeaders(new Map([["origin", text]]))), ["", "https://"]),
  plain("limit's key", (text) =>
    bucketKey([{ from: "header", name: "x-tenant" }, { from: "cookie", name: "sid" }, { from: "ip" }], {
      method: "GET",
      route: "shop/orders",
      ip: text,
      caller: null,
      header: () => text,
      claim: () => text,
    }),
  ),
  plain("address", classifyAddress, ["", "https://", "https://a", "https://["]),
  plain("block of addresses", blockBits, ["", "10.0.0.0/", "::"]),
  plain("address told by a proxy", (text) => forwardedAddress(text, 1) ?? null, ["", "[", "10.0.0.1:"]),
  plain("retry-after", (text) => readRetryAfter(text, 0)),
  plain("label selector", (text) => parseLabelQuery(text.slice(0, 1000)), ["", "a", "a in (", "!"]),
  plain("cursor", (text) => decodeCursor(text.slice(0, 1000))),
  plain("word", (text) => didYouMean(text, patterns)),
];
