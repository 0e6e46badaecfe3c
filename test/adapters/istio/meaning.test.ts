// What an imported AuthorizationPolicy does, against what Istio does with the one it came from: an ALLOW allows no
// more, a DENY denies no less, whatever their rules say.
import { array, assert, constantFrom, dictionary, property, record, subarray, tuple } from "fast-check";
import { expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { compileAuthorization } from "../../../src/compile/policy/authorization.ts";
import type { AuthorizationRequest } from "../../../src/decide/authorize/request.ts";
import { decideAuthorization } from "../../../src/decide/authorize/authorize.ts";
import { parseOne } from "../../../src/model/read/parse-document.ts";
import { istio } from "../../support/istio/import.ts";
import {
  claimsOf,
  ISSUER,
  naivelyMatches,
  type IstioRequest,
  type IstioRule,
} from "../../support/istio/naive-istio.ts";
import { sized } from "../../support/long.ts";

const SOURCE: Record<string, string[]> = {
  principals: [
    "*",
    "cluster.local/ns/shop/sa/web",
    "cluster.local/ns/shop/*",
    "cl*",
    "*/sa/web",
    "*local/ns/other/sa/api",
  ],
  requestPrincipals: ["*", `${ISSUER}/alice`, `${ISSUER}/*`, "*/alice", "*ce"],
  namespaces: ["*", "shop", "s*", "*er"],
  serviceAccounts: ["web", "other/api"],
  ipBlocks: ["192.0.2.0/24", "198.51.100.7"],
  remoteIpBlocks: ["192.0.2.1", "198.51.100.0/24"],
};
const OPERATION: Record<string, string[]> = {
  methods: ["GET", "P*", "*", "get"],
  paths: ["*", "/a", "/a/*", "/a*", "*/b", "/x/{*}"],
  hosts: ["*", "a.example", "*.example", "A.EXAMPLE", "b*"],
  ports: ["80"],
};
const KEYS: Record<string, string[]> = {
  "source.principal": SOURCE["principals"] ?? [],
  "request.auth.principal": SOURCE["requestPrincipals"] ?? [],
  "source.namespace": SOURCE["namespaces"] ?? [],
  "source.ip": SOURCE["ipBlocks"] ?? [],
  "remote.ip": SOURCE["remoteIpBlocks"] ?? [],
  "request.headers[X-Tenant]": ["*", "red", "r*", "*n"],
  "request.auth.claims[group]": ["*", "staff", "s*"],
  "request.auth.claims[sub]": ["*", "alice", "a*"],
  "request.auth.claims[iss]": ["*", ISSUER],
  "destination.port": ["80"],
};

/** Some of the lists, each by inclusion or exclusion. */
const lists = (words: Record<string, string[]>) =>
  array(
    constantFrom(...Object.keys(words)).chain((name) =>
      tuple(
        constantFrom(name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`),
        subarray(words[name] ?? [], { minLength: 1 }),
      ),
    ),
    { maxLength: 2 },
  ).map((entries) => Object.fromEntries(entries));

const condition = constantFrom(...Object.keys(KEYS)).chain((key) => {
  const some = subarray(KEYS[key] ?? [], { minLength: 1 });
  return constantFrom("values", "notValues").chain((name) => some.map((list) => ({ key, [name]: list })));
});

const rules = record(
  {
    from: array(record({ source: lists(SOURCE) }), { minLength: 1, maxLength: 2 }),
    to: array(record({ operation: lists(OPERATION) }), { minLength: 1, maxLength: 2 }),
    when: array(condition, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const requests = record({
  peer: constantFrom(null, "shop/web", "shop/api", "other/api"),
  subject: constantFrom(undefined, null, "alice", "bob"),
  claims: dictionary(constantFrom("group"), constantFrom("staff", "guests")),
  address: constantFrom("192.0.2.1", "192.0.2.9", "198.51.100.7", "203.0.113.1"),
  method: constantFrom("GET", "POST", "DELETE"),
  path: constantFrom("/a", "/a/b", "/c", "/x/y"),
  host: constantFrom("a.example", "b.example", "c.test"),
  headers: dictionary(constantFrom("x-tenant"), constantFrom("red", "green")),
});

/** The same request here. A peer without a user has the claims of the mesh's own token. */
function askedOf(request: IstioRequest): AuthorizationRequest {
  const { peer, subject, address, method, path, host, headers } = request;
  const [namespace = "", name = ""] = peer?.split("/") ?? [];
  const principal = `spiffe://mesh.local/ns/${namespace}/sa/${name}`;
  const own = peer === null ? {} : { iss: "spiffe://mesh.local", sub: principal, aud: "spiffe://mesh.local" };
  return {
    caller: {
      workload: peer === null ? null : { principal, namespace, name },
      application: null,
      user: subject === undefined ? null : { provider: "idp", issuer: ISSUER, subject },
      claims: subject === undefined ? own : claimsOf(request),
      expiresAtMs: null,
    },
    clientAddress: address,
    method,
    host,
    path,
    otherPaths: () => [],
    header: (key) => headers[key] ?? null,
  };
}

const tokens = istio("RequestAuthentication", "idp", {
  selector: { matchLabels: { app: "web" } },
  jwtRules: [{ issuer: ISSUER, jwksUri: `${ISSUER}/jwks.json` }],
});

/** Whether a request passes an imported policy with one rule. */
function passes(action: string, rule: IstioRule, request: IstioRequest): boolean {
  const spec = { selector: { matchLabels: { app: "web" } }, action, rules: [rule] };
  const { documents } = importIstio([tokens, istio("AuthorizationPolicy", "guard", spec)]);
  const table = documents.flatMap((document) => {
    const parsed = parseOne(document);
    if (!parsed.ok) {
      throw new Error("the parser refuses what was imported");
    }
    return parsed.document.kind === "AuthorizationPolicy" ? [compileAuthorization(parsed.document)] : [];
  });
  return decideAuthorization(table, [...table.keys()], askedOf(request)).allowed;
}

const OPTIONS = { seed: 20_261_123, numRuns: sized(500, 1500) };

it("an imported ALLOW allows only what it allowed, and is not empty for that", () => {
  const tally = { there: 0, here: 0 };
  assert(
    property(rules, requests, (rule, request) => {
      const there = naivelyMatches(rule, request);
      const here = passes("ALLOW", rule, request);
      if (there) {
        tally.there++;
      }
      if (here) {
        tally.here++;
      }
      expect(here && !there).toBe(false);
    }),
    OPTIONS,
  );
  expect(tally.here / tally.there).toBeGreaterThan(0.2);
}, 60_000);

it("an imported DENY denies all that it denied, and not everything for that", () => {
  const tally = { there: 0, here: 0 };
  assert(
    property(rules, requests, (rule, request) => {
      const there = !naivelyMatches(rule, request);
      const here = passes("DENY", rule, request);
      if (there) {
        tally.there++;
      }
      if (here) {
        tally.here++;
      }
      expect(here && !there).toBe(false);
    }),
    OPTIONS,
  );
  expect(tally.here / tally.there).toBeGreaterThan(0.2);
}, 60_000);
