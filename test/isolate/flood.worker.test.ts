// What an isolate remembers is bounded as a whole, whoever sends what: a flood in which each request has a path, a
// host, a caller, a token and a key of its own. Prints how much it comes to.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Client } from "../../src/model/snapshot/access.ts";
import { secretDigest } from "../../src/tokens/secret-digest.ts";
import { BoundedMap } from "../../src/decide/text/bounded-map.ts";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { NOW, routeYaml, serviceYaml, testMesh, type TestMesh } from "../support/worker/test-mesh.ts";

const EACH = env.SELVAGE_LONG === "1" ? 40_000 : 3000;

/** The sum of all bounds that this flood reaches is below. */
const MOST = 25_000;
/** Applications that the registry knows. */
const CLIENTS = 4000;
const SECRET = "s3cret-of-every-application-0123456789";

const policy = (kind: string, spec: string): string => `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: flooded, namespace: shop}
spec: {targetRefs: [{kind: Mesh, name: mesh}], ${spec}}
---
`;

const MESH = [
  serviceYaml("orders", '[{url: "http://a.example"}, {url: "http://b.example"}]'),
  routeYaml(
    "[{matches: [{path: {type: PathPrefix, value: /}}], backendRefs: [{name: orders}]}]",
    "all",
    "['*.example']",
  ),
  policy(
    "AuthenticationPolicy",
    "mode: permit, clientCredentials: {from: [{headers: {}}]}, " +
      "jwt: {providers: [{name: idp, issuer: https://id.example, jwksUri: https://id.example/jwks, algorithms: [ES256]}]}",
  ),
  policy(
    "RateLimitPolicy",
    "limits: [{name: local, requests: 1000, window: 1h, mode: local, key: ['header:x-key']}, " +
      "{name: leased, requests: 1000, window: 1h, key: ['header:x-key'], whenUnavailable: allow}]",
  ),
  policy("TrafficPolicy", "circuitBreaker: {window: 10s, minRequests: 20, failurePercent: 50}"),
].join("");

async function flooded(): Promise<TestMesh> {
  const keys = await meshKeys("k");
  const secrets = [{ digest: await secretDigest(keys.pepper, SECRET), expiresAtMs: null }];
  const { snapshot } = testMesh(MESH);
  const clients = Object.fromEntries(
    Array.from({ length: CLIENTS }, (_, nth): [string, Client] => [
      `client-${nth}`,
      { kind: "Application", namespace: "shop", name: `app-${nth}`, secrets },
    ]),
  );
  const live = {
    snapshot: { ...snapshot, identities: { contracts: {}, tiered: {}, trust: [], ...snapshot.identities, clients } },
    endpoints: new Map(Object.entries(snapshot.services).map(([key, { endpoints }]) => [key, endpoints])),
    checkedAt: NOW,
    stale: false,
  };
  return testMesh(MESH, {
    traced: false,
    env: { LOCAL_MESH: "", TELEMETRY: { getByName: () => ({}) } },
    ports: { keys: () => keys, current: () => live },
  });
}

/** Entries of everything that holds any, however deep. */
function entriesOf(value: unknown, seen = new Set<object>()): number {
  if (typeof value !== "object" || value === null || seen.has(value)) {
    return 0;
  }
  seen.add(value);
  const size = "size" in value && typeof value.size === "number" ? value.size : 0;
  const within =
    value instanceof Map || value instanceof BoundedMap ? [...value].map(([, one]: [unknown, unknown]) => one) : [];
  return [...within, ...Object.values(value)].reduce<number>((sum, one) => sum + entriesOf(one, seen), size);
}

function remembered(mesh: TestMesh): Map<string, number> {
  const counted = Object.entries(mesh.state()).map(([name, held]): [string, number] => [name, entriesOf(held)]);
  return new Map(counted.filter(([, entries]) => entries > 0).toSorted(([, a], [, b]) => b - a));
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

/** Requests of which none has anything in common with another. */
async function flood(mesh: TestMesh, from: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  for (let nth = from; nth < from + EACH; nth++) {
    const proofs: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${btoa(`{"alg":"ES256","kid":"${nth}"}`)}.${btoa(`{"iss":"https://id.example"}`)}.x` },
      { client_id: `client-${nth % CLIENTS}`, client_secret: SECRET },
      { "selvage-identity": `token-${nth}` },
      {},
    ];
    const headers = {
      "x-key": `key-${nth}`,
      "cf-connecting-ip": `2001:db8:${(nth >> 8).toString(16)}::1`,
      ...proofs[nth % 4],
    };
    const { status } = await mesh.send(`http://host-${nth}.example/path/${nth}`, { headers });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return statuses;
}

describe("what an isolate remembers", () => {
  it("stays within one bound under a flood of other callers, tokens, hosts, paths and keys", async () => {
    const mesh = await flooded();
    const statuses = await flood(mesh, 0);
    const first = remembered(mesh);
    await flood(mesh, EACH);
    const second = remembered(mesh);
    // oxlint-disable-next-line no-console -- what it comes to is what one wants to see
    console.log(`${sum(second)} entries after ${2 * EACH} requests`, Object.fromEntries(second));
    expect([...statuses.keys()].toSorted()).toEqual([200, 401]);
    for (const counts of [first, second]) {
      expect(sum(counts)).toBeLessThan(MOST);
    }
  }, 300_000);
});
