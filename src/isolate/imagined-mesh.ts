// A mesh that nobody has: two services, one of them under policies, rules that lead to them, and a key that everybody
// knows. An isolate that starts practises with it (proxy/rehearsal.ts). Whoever is asked about it answers at once, and
// no time passes there.
import type { KeyMaterial } from "../model/message/key-ring.ts";
import type { Held } from "../model/snapshot/policies.ts";
import type { PrefixNode, Rule, ServiceEntry, Snapshot } from "../model/snapshot/snapshot.ts";
import { snapshotFrom, writeSnapshot } from "../store/snapshot-text.ts";
import { mint } from "../tokens/mint.ts";
import { importOwnKey } from "../tokens/own-keys.ts";
import { imaginedPolicies, IMAGINED_ISSUER } from "./imagined-policies.ts";
import type { IsolatePorts } from "./ports.ts";

const USUAL_MS = 15_000;

/** Nothing holds at the one service; at the other, each kind of policy. */
const FREE: Held = { policies: {} };
const GUARDED: Held = {
  policies: { traffic: 0, limit: [0], authentication: 0, authorization: [0] },
  ownAuthentication: true,
};

/** What the compiler makes of such documents; a test holds it to that. */
export function imaginedMesh(): Snapshot {
  const paths = ["/orders", "/files", "/accounts"];
  return {
    schema: 2,
    revision: 1,
    services: {
      "imagined/accounts": service("accounts", "static-f6eff71b83b3", GUARDED),
      "imagined/orders": service("orders", "static-8ae2d2e44099", FREE),
    },
    router: {
      rules: [
        rule("0", "imagined/orders", null, FREE),
        rule("1", "imagined/orders", 0, FREE),
        rule("2", "imagined/accounts", 0, GUARDED),
      ],
      matches: paths.map((value, at) => ({
        rule: at,
        listener: 0,
        path: { type: "PathPrefix", value },
        method: null,
        headers: [],
        query: [],
      })),
      listeners: [{ gateway: "selvage-system/selvage", name: "all", port: 0, protocol: null, hostname: "*", group: 0 }],
      groups: [{ "*": 0 }],
      programs: [],
      hosts: { HTTP: {}, HTTPS: {} },
      entries: { "*": hosts(paths), "selvage-system/selvage:0": hosts(paths) },
      services: {},
      compared: { headers: [], query: [] },
    },
    policies: imaginedPolicies(SIGNING.jwk),
    clusters: { local: { region: null, continents: [], colos: [], private: true } },
  };
}

function service(name: string, id: string, held: Held): ServiceEntry {
  const address = { url: `http://${name}.example` };
  return {
    namespace: "imagined",
    name,
    exposure: "public",
    endpoints: [{ id, address, cluster: "local", version: null, weight: 1, priority: 0 }],
    timeouts: { requestMs: USUAL_MS, perTryMs: 0 },
    ...held,
  };
}

/** @param requestMs what the rule itself says; null = nothing, 0 = there is no deadline */
function rule(name: string, to: string, requestMs: number | null, held: Held): Rule {
  const timeouts = { requestMs: requestMs ?? USUAL_MS, perTryMs: 0 };
  return {
    route: "imagined/orders",
    name,
    filters: [],
    backends: [{ weight: 1, target: { service: to, version: null }, filters: [], timeouts, ...held }],
    timeouts: { requestMs, perTryMs: null },
    policies: {},
    retry: null,
    sessionPersistence: null,
  };
}

function hosts(paths: readonly string[]): Snapshot["router"]["entries"][string] {
  const ends = paths.map((path, at): [string, PrefixNode] => [path, { here: [at], next: {} }]);
  return { "imagined.example": { exact: {}, regex: [], prefix: { here: [], next: Object.fromEntries(ends) } } };
}

/** Of RFC 7515 A.3, which everybody has: what it signs goes nowhere. */
const SIGNING: KeyMaterial["signing"] = {
  kid: IMAGINED_ISSUER.kid,
  jwk: {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
  },
};

/** Of a caller whom the policies let in. */
export async function imaginedToken(): Promise<string> {
  const { issuer, audience, kid } = IMAGINED_ISSUER;
  const key = await importOwnKey(SIGNING.jwk);
  return mint({ kid, key }, "JWT", { iss: issuer, aud: audience, sub: "mia", iat: 0, exp: 60 });
}

export function imaginedPorts(): IsolatePorts {
  const head = { revision: 1, generation: 0 };
  const never = new Promise<never>(() => undefined);
  return {
    edge: null,
    now: () => 0,
    wait: () => never,
    poll: () => Promise.resolve({ ...head, pollMs: 1000 }),
    head: () => Promise.resolve(head),
    snapshot: () => Promise.resolve(read()),
    newest: () => Promise.resolve(read()),
    forced: () => Promise.resolve({ version: 0, services: new Map() }),
    changes: () => Promise.resolve({ generation: 0, changed: [], removed: [] }),
    material: () => Promise.resolve({ tag: "imagined", signing: SIGNING, accepted: [], pepper: "A".repeat(43) }),
    ask: () => never,
  };
}

/** Through its text, as every isolate reads its mesh. */
function read(): Snapshot | null {
  const snapshot = snapshotFrom([...writeSnapshot(imaginedMesh())].join(""));
  return snapshot.schema === 1 ? null : snapshot;
}
