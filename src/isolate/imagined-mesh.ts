// A mesh that nobody has: one service, two rules that lead to it, and a key that everybody knows. An isolate that
// starts practises with it (proxy/rehearsal.ts). Whoever is asked about it answers at once, and no time passes there.
import type { KeyAnswer } from "../model/message/key-ring.ts";
import type { PrefixNode, Rule, Snapshot } from "../model/snapshot/snapshot.ts";
import { snapshotFrom, writeSnapshot } from "../store/snapshot-text.ts";
import type { IsolatePorts } from "./ports.ts";

const SERVICE = "imagined/orders";
const HOST = "imagined.example";
const USUAL_MS = 15_000;

/** What the compiler makes of a Service and an HTTPRoute; a test holds it to that. */
export function imaginedMesh(): Snapshot {
  return {
    schema: 2,
    revision: 1,
    services: {
      [SERVICE]: {
        namespace: "imagined",
        name: "orders",
        exposure: "public",
        endpoints: [
          {
            id: "static-8ae2d2e44099",
            address: { url: "http://orders.example" },
            cluster: "local",
            version: null,
            weight: 1,
            priority: 0,
          },
        ],
        timeouts: { requestMs: USUAL_MS, perTryMs: 0 },
        policies: {},
      },
    },
    router: {
      rules: [rule("0", null), rule("1", 0)],
      matches: ["/orders", "/files"].map((value, at) => ({
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
      entries: { "*": hosts(), "selvage-system/selvage:0": hosts() },
      services: {},
      compared: { headers: [], query: [] },
    },
    policies: {},
    clusters: { local: { region: null, continents: [], colos: [], private: true } },
  };
}

/** @param requestMs what the rule itself says; null = nothing, 0 = there is no deadline */
function rule(name: string, requestMs: number | null): Rule {
  const timeouts = { requestMs: requestMs ?? USUAL_MS, perTryMs: 0 };
  return {
    route: SERVICE,
    name,
    filters: [],
    backends: [{ weight: 1, target: { service: SERVICE, version: null }, filters: [], timeouts, policies: {} }],
    timeouts: { requestMs, perTryMs: null },
    policies: {},
    retry: null,
    sessionPersistence: null,
  };
}

function hosts(): Snapshot["router"]["entries"][string] {
  const end = (match: number): PrefixNode => ({ here: [match], next: {} });
  const prefix = { here: [], next: { "/orders": end(0), "/files": end(1) } };
  return { [HOST]: { exact: {}, regex: [], prefix } };
}

/** Of RFC 7515 A.3, which everybody has: what it signs goes nowhere. */
const KEYS: KeyAnswer = {
  tag: "imagined",
  signing: {
    kid: "imagined",
    jwk: {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    },
  },
  accepted: [],
  pepper: "A".repeat(43),
};

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
    material: () => Promise.resolve(KEYS),
    ask: () => never,
  };
}

/** Through its text, as every isolate reads its mesh. */
function read(): Snapshot | null {
  const snapshot = snapshotFrom([...writeSnapshot(imaginedMesh())].join(""));
  return snapshot.schema === 1 ? null : snapshot;
}
