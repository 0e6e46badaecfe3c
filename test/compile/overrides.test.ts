// Overrides in the compiler: what they change, what they may not, which of several holds, and when they end.
import { describe, expect, it } from "vitest";
import { compiled, documentsOf, NOW, service, told } from "../support/compiled.ts";
import { layOverrides } from "../../src/compile/overrides.ts";

const POLICY = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], timeouts: {request: 9s}}
---`;
const override = (
  name: string,
  patch: string,
  more: { target?: string; expiresAt?: string; namespace?: string } = {},
) => `
apiVersion: selvage.dev/v1
kind: Override
metadata: {name: ${name}, namespace: ${more.namespace ?? "shop"}}
spec: {target: ${more.target ?? "{kind: TrafficPolicy, name: guard}"}, patch: ${patch}, reason: brownout, expiresAt: "${more.expiresAt ?? "2026-11-23T13:00:00Z"}"}
---`;

/** The time that calls to the service may take, in the compiled mesh. */
const timeout = (mesh: ReturnType<typeof compiled>): unknown =>
  mesh.snapshot.services["shop/orders"]?.timeouts.requestMs;
const active = ({ statuses }: ReturnType<typeof compiled>, name: string): string | undefined => {
  const status = statuses.get(`Override/shop/${name}`);
  const found = status && "conditions" in status ? status.conditions.find(({ type }) => type === "Active") : undefined;
  return found && `${found.status} ${found.reason}`;
};

describe("an Override in force", () => {
  const documents = service("orders") + POLICY + override("fast", "{timeouts: {request: 1s}}");

  it("changes what is compiled, and says so in both statuses", () => {
    const mesh = compiled(documents);
    expect(told(mesh.findings)).toEqual([]);
    expect(timeout(compiled(service("orders") + POLICY))).toBe(9000);
    expect(timeout(mesh)).toBe(1000);
    expect(active(mesh, "fast")).toBe("True InForce");
    expect(mesh.statuses.get("TrafficPolicy/shop/guard")).toMatchObject({
      overrides: [
        {
          override: "Override/shop/fast",
          reason: "brownout",
          expiresAt: "2026-11-23T13:00:00Z",
          patch: { timeouts: { request: "1s" } },
        },
      ],
    });
  });

  it("leaves the documents that it was given as they are", () => {
    const given = documentsOf(documents);
    const before = structuredClone(given);
    layOverrides(given, new Map(), NOW);
    expect(given).toEqual(before);
  });

  it("removes a member where its patch says null, so that the default holds again", () => {
    const without = override("x", "{timeouts: {request: null}}");
    expect(timeout(compiled(service("orders") + POLICY + without))).toBe(
      timeout(compiled(service("orders") + POLICY.replace("{request: 9s}", "{}"))),
    );
  });

  it("finds its target in another namespace when it names one, and by any spelling of the kind", () => {
    const far = override("x", "{timeouts: {request: 2s}}", {
      namespace: "ops",
      target: "{kind: trafficpolicies, name: guard, namespace: shop}",
    });
    expect(timeout(compiled(service("orders") + POLICY + far))).toBe(2000);
  });

  it("has no effect when left out on purpose", () => {
    expect(timeout(compiled(documents, { bare: true }))).toBe(9000);
  });
});

describe("an Override that has expired", () => {
  it.each([
    ["a moment before its time", "2026-11-23T12:00:00.001Z", 1000, "True InForce"],
    ["at its time", NOW, 9000, "False Expired"],
    ["after its time", "2026-11-22T12:00:00Z", 9000, "False Expired"],
  ])("%s", (_, expiresAt, wanted, state) => {
    const mesh = compiled(service("orders") + POLICY + override("x", "{timeouts: {request: 1s}}", { expiresAt }));
    expect(timeout(mesh)).toBe(wanted);
    expect(active(mesh, "x")).toBe(state);
    expect(mesh.statuses.get("TrafficPolicy/shop/guard")).toHaveProperty("conditions");
    expect("overrides" in (mesh.statuses.get("TrafficPolicy/shop/guard") ?? {})).toBe(wanted === 1000);
  });

  it("is not judged any more", () => {
    const expiresAt = "2026-11-22T12:00:00Z";
    const mesh = compiled(service("orders") + POLICY + override("x", "{nonsense: 1}", { expiresAt }));
    expect(told(mesh.findings)).toEqual([]);
  });
});

describe("a patch that its target's kind does not allow", () => {
  it.each([
    ["an unknown field", "{timeouts: {requst: 1s}}", "/spec/patch/timeouts/requst"],
    ["a value that cannot be", "{timeouts: {request: soon}}", "/spec/patch/timeouts/request"],
    ["a list entry that is wrong inside", "{retry: {on: [sometimes]}}", "/spec/patch/retry/on/0"],
    ["something that must be there removed", "{targetRefs: [{kind: Service}]}", "/spec/patch/targetRefs/0"],
  ])("is an error that points into the patch: %s", (_, patch, pointer) => {
    const mesh = compiled(service("orders") + POLICY + override("x", patch));
    expect(mesh.findings).toMatchObject([{ severity: "error", code: "SLV1230", ref: "Override/shop/x", pointer }]);
    expect(timeout(mesh)).toBe(9000);
    expect(active(mesh, "x")).toBe("False Invalid");
  });
});

describe("several Overrides of one target", () => {
  const two = POLICY + override("a", "{timeouts: {request: 1s}}") + override("b", "{timeouts: {request: 2s}}");

  it("are laid in the order in which they were first written; the younger one wins and is warned of", () => {
    const createdAt = (a: string, b: string) =>
      new Map([
        ["Override/shop/a", a],
        ["Override/shop/b", b],
      ]);
    const forth = compiled(service("orders") + two, {
      createdAt: createdAt("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
    });
    expect(timeout(forth)).toBe(2000);
    expect(told(forth.findings)).toEqual(["SLV1232 Override/shop/b /spec/patch/timeouts/request"]);
    const back = compiled(service("orders") + two, {
      createdAt: createdAt("2026-11-23T11:00:00Z", "2026-11-23T10:00:00Z"),
    });
    expect(timeout(back)).toBe(1000);
    expect(told(back.findings)).toEqual(["SLV1232 Override/shop/a /spec/patch/timeouts/request"]);
  });

  it("add up without a word when they say different things, or the same", () => {
    const apart = override("a", "{timeouts: {request: 1s}}") + override("b", "{timeouts: {perTry: 500ms}}");
    const mesh = compiled(service("orders") + POLICY + apart);
    expect(told(mesh.findings)).toEqual([]);
    expect(timeout(mesh)).toBe(1000);
    const same = override("a", "{timeouts: {request: 1s}}") + override("b", "{timeouts: {request: 1s}}");
    expect(told(compiled(service("orders") + POLICY + same).findings)).toEqual([]);
  });

  it("are in conflict when one replaces what the other reaches into", () => {
    const nested = override("a", "{timeouts: {request: 1s}}") + override("b", "{timeouts: null}");
    expect(told(compiled(service("orders") + POLICY + nested).findings)).toEqual([
      "SLV1232 Override/shop/b /spec/patch/timeouts",
    ]);
  });
});

describe("a target that cannot be", () => {
  it.each(["Override", "Namespace", "Application", "Contract"])("is refused: %s", (kind) => {
    const mesh = compiled(override("x", "{a: 1}", { target: `{kind: ${kind}, name: y}` }));
    expect(mesh.findings).toContainEqual(
      expect.objectContaining({ severity: "error", code: "SLV1233", pointer: "/spec/target/kind" }),
    );
    expect(active(mesh, "x")).toBe("False NotOverridable");
  });

  it("is warned of when it does not exist", () => {
    const mesh = compiled(override("x", "{a: 1}"));
    expect(told(mesh.findings)).toEqual(["SLV1212 Override/shop/x /spec/target"]);
    expect(active(mesh, "x")).toBe("False TargetNotFound");
  });
});
