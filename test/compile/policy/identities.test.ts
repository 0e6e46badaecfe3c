// Credentials, contracts and trust in the compiled mesh: only what is in force gets there, and decisions hold for what
// they were made about.
import { describe, expect, it } from "vitest";
import { documentsOf, compiled, heldBy, NOW, service } from "../../support/compiled.ts";
import type { ClientRecord, ContractRecord, IdentityState } from "../../../src/model/registry/identity.ts";
import { refOf } from "../../../src/model/word/refs.ts";

const BEFORE = "2026-11-20T08:00:00Z";
const app = (name: string, namespace = "web"): string =>
  `\n---\n{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}, namespace: ${namespace}}}\n`;
const tier = (name: string, more = "", key = ""): string =>
  `\n---\n{apiVersion: selvage.dev/v1, kind: Tier, metadata: {name: ${name}, namespace: shop}, spec: {service: orders, limits: [{name: l, requests: 5, window: 1m${key}}]${more}}}\n`;
const contract = (name: string, tierName = "gold", more = "application: mobile", namespace = "web"): string =>
  `\n---\n{apiVersion: selvage.dev/v1, kind: Contract, metadata: {name: ${name}, namespace: ${namespace}}, spec: {${more}, service: shop/orders, tier: ${tierName}}}\n`;
const AUTO = ", approval: auto";

const record = (more: Partial<ContractRecord> = {}): ContractRecord => ({
  namespace: "web",
  name: "mobile-orders",
  application: "web/mobile",
  service: "shop/orders",
  tier: "shop/gold",
  state: "approved",
  at: BEFORE,
  by: "mia",
  reason: null,
  ...more,
});
const client = (more: Partial<ClientRecord> = {}): ClientRecord => ({
  id: "slvc_1",
  kind: "Application",
  namespace: "web",
  name: "mobile",
  createdAt: BEFORE,
  createdBy: "mia",
  secrets: [{ id: "a", digest: "d-a", createdAt: BEFORE, createdBy: "mia", expiresAt: null }],
  ...more,
});
const state = (more: Partial<IdentityState>): IdentityState => ({ clients: [], contracts: [], bars: [], ...more });
const world = service("orders") + app("mobile") + tier("gold") + contract("mobile-orders");

const contractsOf = (yaml: string, identities: IdentityState) =>
  compiled(yaml, { identities }).snapshot.identities?.contracts;
const stateOf = (yaml: string, identities: IdentityState, name = "mobile-orders") =>
  compiled(yaml, { identities }).identities.contracts.find((one) => one.name === name)?.state;

describe("credentials", () => {
  it("are in the snapshot by client id, without those that have expired", () => {
    const secrets = [
      { id: "a", digest: "d-a", createdAt: BEFORE, createdBy: "mia", expiresAt: NOW },
      { id: "b", digest: "d-b", createdAt: BEFORE, createdBy: "mia", expiresAt: "2026-11-23T12:00:01Z" },
      { id: "c", digest: "d-c", createdAt: BEFORE, createdBy: "mia", expiresAt: null },
    ];
    const { snapshot } = compiled(app("mobile"), { identities: state({ clients: [client({ secrets })] }) });
    expect(snapshot.identities?.clients).toEqual({
      slvc_1: {
        kind: "Application",
        namespace: "web",
        name: "mobile",
        secrets: [
          { digest: "d-b", expiresAtMs: Date.parse("2026-11-23T12:00:01Z") },
          { digest: "d-c", expiresAtMs: null },
        ],
      },
    });
  });

  it("leave the snapshot, but not the registry, when none is live", () => {
    const { snapshot, identities } = compiled(app("mobile"), {
      identities: state({ clients: [client({ secrets: [] })] }),
    });
    expect(snapshot.identities).toBeUndefined();
    expect(identities.clients).toHaveLength(1);
  });

  it("go with their owner, and only with theirs", () => {
    const clients = [client(), client({ id: "slvc_2", kind: "Service" }), client({ id: "slvc_3", name: "other" })];
    const { identities, snapshot } = compiled(app("mobile"), { identities: state({ clients }) });
    expect(identities.clients.map(({ id }) => id)).toEqual(["slvc_1"]);
    expect(Object.keys(snapshot.identities?.clients ?? {})).toEqual(["slvc_1"]);
  });

  it("of a mesh without any leave no trace in the snapshot", () => {
    expect(compiled(service("orders")).snapshot.identities).toBeUndefined();
  });
});

describe("a contract", () => {
  it("starts pending, and gives nothing", () => {
    const { identities, snapshot, statuses } = compiled(world);
    expect(identities.contracts).toEqual([record({ state: "pending", at: NOW, by: "selvage" })]);
    expect(snapshot.identities).toMatchObject({ contracts: {}, tiered: { "shop/orders": true } });
    expect(statuses.get("Contract/web/mobile-orders")).toMatchObject({
      state: "pending",
      conditions: [
        { type: "Accepted", status: "True" },
        { type: "InForce", status: "False", reason: "Pending" },
      ],
    });
  });

  it("of a tier with approval auto is approved at once, and stays so when the tier turns manual", () => {
    const free = world.replace(tier("gold"), tier("gold", AUTO));
    const { identities, statuses } = compiled(free);
    expect(identities.contracts).toEqual([record({ at: NOW, by: "tier" })]);
    expect(statuses.get("Contract/web/mobile-orders")).toMatchObject({
      state: "approved",
      conditions: [{ type: "Accepted" }, { type: "InForce", status: "True", reason: "Approved" }],
    });
    expect(stateOf(world, identities)).toBe("approved");
  });

  it.each(["approved", "restored"] as const)("that is %s is found by service and application", (granted) => {
    const { snapshot } = compiled(world, { identities: state({ contracts: [record({ state: granted })] }) });
    const entry = snapshot.identities?.contracts["shop/orders"]?.["web/mobile"];
    expect(entry).toMatchObject({ contract: "web/mobile-orders", tier: "gold" });
    expect(entry?.limits.map((index) => snapshot.policies.limit?.[index]?.policy)).toEqual(["tier:shop/gold"]);
  });

  it.each(["pending", "rejected", "revoked"] as const)("that is %s gives nothing", (held) => {
    expect(contractsOf(world, state({ contracts: [record({ state: held })] }))).toEqual({});
  });

  it("has to be decided anew when it is about another tier, service or application", () => {
    for (const changed of [{ tier: "shop/silver" }, { service: "shop/other" }, { application: "web/other" }]) {
      expect(stateOf(world, state({ contracts: [record(changed)] }))).toBe("pending");
    }
  });

  it("lapses when its application goes, so that a new one of its name starts anew", () => {
    const without = world.replace(app("mobile"), "");
    const { identities } = compiled(without, { identities: state({ contracts: [record()] }) });
    expect(identities.contracts).toEqual([
      record({ state: "pending", at: NOW, by: "selvage", reason: "The application is gone" }),
    ]);
    expect(contractsOf(world, identities)).toEqual({});
  });

  it("is not approved by itself for an application whose last answer was no, however it asks", () => {
    const bars = [{ application: "web/mobile", service: "shop/orders", at: BEFORE, by: "mia" }];
    const free = world.replace(tier("gold"), tier("gold", AUTO));
    expect(stateOf(free, state({ bars }))).toBe("pending");
    expect(stateOf(free, state({ bars, contracts: [record({ tier: "shop/silver", state: "revoked" })] }))).toBe(
      "pending",
    );
    expect(stateOf(free, state({ bars: [{ ...bars[0]!, application: "web/other" }] }))).toBe("approved");
  });

  it("bars end with the service, not with the application", () => {
    const bars = [{ application: "web/mobile", service: "shop/orders", at: BEFORE, by: "mia" }];
    expect(compiled(service("orders"), { identities: state({ bars }) }).identities.bars).toEqual(bars);
    expect(compiled(app("mobile"), { identities: state({ bars }) }).identities.bars).toEqual([]);
  });

  it("without its document is forgotten", () => {
    const { identities } = compiled(service("orders"), { identities: state({ contracts: [record()] }) });
    expect(identities.contracts).toEqual([]);
  });

  it.each([
    ["application", app("mobile"), "", "There is no Application web/mobile"],
    ["service", service("orders"), "", "There is no Service shop/orders"],
    ["tier", tier("gold"), "", "There is no Tier shop/gold"],
    [
      "tier of this service",
      tier("gold"),
      tier("gold").replace("service: orders", "service: other"),
      "The Tier shop/gold is not one of the service shop/orders",
    ],
  ])("without its %s has no effect and says so", (_, part, instead, message) => {
    const { snapshot, statuses } = compiled(world.replace(part, instead), {
      identities: state({ contracts: [record()] }),
    });
    expect(snapshot.identities?.contracts ?? {}).toEqual({});
    expect(statuses.get("Contract/web/mobile-orders")).toMatchObject({
      conditions: [
        { type: "Accepted", status: "False", reason: "TargetNotFound", message },
        { type: "InForce", status: "False" },
      ],
    });
  });

  it("of a third namespace speaks for nobody", () => {
    const foreign = contract("a-foreign", "gold", "application: web/mobile", "elsewhere");
    const { findings, snapshot } = compiled(world.replace(tier("gold"), tier("gold", AUTO)) + foreign);
    expect(snapshot.identities?.contracts["shop/orders"]?.["web/mobile"]?.contract).toBe("web/mobile-orders");
    expect(findings).toContainEqual({
      severity: "warning",
      code: "SLV1217",
      ref: "Contract/elsewhere/a-foreign",
      pointer: "/metadata/namespace",
      message: "A Contract lives in the namespace of its application (web) or of its service (shop)",
    });
  });

  it("counts when it is the oldest of its two parties, whatever became of it", () => {
    const yaml = world + tier("silver", AUTO) + contract("a-later", "silver");
    const createdAt = new Map(
      documentsOf(yaml).map(({ kind, metadata }) => [
        refOf(kind, metadata.namespace, metadata.name),
        metadata.name === "a-later" ? NOW : BEFORE,
      ]),
    );
    const identities = state({ contracts: [record({ state: "revoked" })] });
    const { snapshot, findings, identities: settled } = compiled(yaml, { createdAt, identities });
    expect(snapshot.identities?.contracts).toEqual({});
    expect(settled.contracts.map(({ name, state: now }) => [name, now])).toEqual([
      ["a-later", "pending"],
      ["mobile-orders", "revoked"],
    ]);
    expect(findings.map(({ code, ref, message }) => `${code} ${ref} ${message}`)).toEqual([
      "SLV1312 Contract/web/a-later Contract/web/mobile-orders is older and for the same application and service",
    ]);
  });
});

describe("a tier's limits", () => {
  it("are counted for each application under a name that no policy can have", () => {
    const keyOf = (key: string) => compiled(service("orders") + tier("gold", "", key)).snapshot.policies.limit?.[0];
    expect(keyOf("")).toMatchObject({ policy: "tier:shop/gold", name: "l", key: [{ from: "client" }] });
    expect(keyOf(", key: []")?.key).toEqual([{ from: "client" }]);
    expect(keyOf(", key: [method]")?.key).toEqual([{ from: "client" }, { from: "method" }]);
    expect(keyOf(", key: [method, client]")?.key).toEqual([{ from: "method" }, { from: "client" }]);
  });

  it("hold for nothing by themselves", () => {
    expect(compiled(service("orders") + tier("gold")).snapshot.services["shop/orders"]?.policies).toEqual({});
  });

  it("are asked for by a policy with sla, with or without limits of its own", () => {
    const policy = (limits: string): string =>
      `\n---\n{apiVersion: selvage.dev/v1, kind: RateLimitPolicy, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], sla: true, headers: anypoint${limits}}}\n`;
    const limitsOf = (yaml: string) => {
      const { snapshot } = compiled(yaml);
      return heldBy(snapshot, snapshot.services["shop/orders"]).limits;
    };
    expect(limitsOf(service("orders") + policy(""))).toMatchObject([
      { policy: "shop/p", sla: "only", shadow: true, mode: "local", headers: "anypoint" },
    ]);
    expect(limitsOf(service("orders") + policy(", limits: [{name: own, requests: 1, window: 1s}]"))).toMatchObject([
      { policy: "shop/p", name: "own", sla: "own", shadow: false },
    ]);
  });
});

it("the clusters that vouch for workloads are in the snapshot, with their keys", () => {
  const cluster = (name: string, trust: string): string =>
    `\n---\n{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: ${name}}, spec: {${trust}}}\n`;
  const { snapshot } = compiled(
    cluster("eu", 'trust: {issuer: "https://eu.example", jwksUri: "https://eu.example/jwks", audience: mesh}') +
      cluster("plain", "region: x"),
  );
  expect(snapshot.identities?.trust).toEqual([
    {
      cluster: "eu",
      issuer: "https://eu.example",
      audience: "mesh",
      keys: { jwksUri: "https://eu.example/jwks" },
    },
  ]);
});

describe("a cluster's key set", () => {
  const cluster = (name: string, spec: string): string =>
    `\n---\n{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: ${name}}, spec: ${spec}}\n`;
  const trusting = cluster("eu-1", '{trust: {issuer: "https://k8s.example", jwksUri: "http://127.0.0.1:9/jwks"}}');
  const sourceOf = (yaml: string, localMesh: boolean) =>
    compiled(yaml, { localMesh }).snapshot.identities?.trust[0]?.keys;

  it("is fetched from a private address exactly where apply lets one be named", () => {
    const jwksUri = "http://127.0.0.1:9/jwks";
    expect(sourceOf(trusting, true)).toEqual({ jwksUri, allowPrivate: true });
    expect(sourceOf(trusting + cluster("default", "{allowPrivateAddresses: true}"), false)).toEqual({
      jwksUri,
      allowPrivate: true,
    });
    expect(sourceOf(trusting, false)).toEqual({ jwksUri });
  });
});
