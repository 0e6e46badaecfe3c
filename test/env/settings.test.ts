import { afterEach, describe, expect, it, vi } from "vitest";
import { readSettings, settingsOf } from "../../src/env/settings.ts";
import type { Variables } from "../../src/env/variables.ts";

afterEach(() => vi.restoreAllMocks());

const named = (more: Variables = {}): Variables => ({ TRUST_DOMAIN: "mesh.example", ...more });

describe("settings", () => {
  it("of a mesh with nothing but a name are safe ones", () => {
    expect(readSettings(named())).toEqual({
      isLocalMesh: false,
      trustDomain: "mesh.example",
      issuer: "spiffe://mesh.example",
      publicOrigin: null,
      meshDomain: null,
      adminHost: null,
      localClientAddress: null,
      trustedHops: 1,
      trustsEntry: false,
      region: null,
      telemetryObjects: 4,
      metricsPublic: false,
      traceEvery: 100,
      accessEvery: 0,
      otlp: null,
      slowMs: 2000,
      edge: null,
      adapterToken: null,
      adminToken: null,
      oidc: null,
      access: null,
      log: "none",
      tellsAlways: false,
      operatorRoles: null,
      faults: [],
    });
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(readSettings(named()))).toBe(true);
  });

  it.each([
    ["true", true, 0],
    ["TRUE", true, 0],
    ["false", false, 0],
    // As wrangler.toml may have it.
    [true as unknown as string, true, 0],
    ["", false, 0],
    [undefined, false, 0],
    ["yes", false, 1],
    ["1", false, 1],
  ])("a switch set to %j is %j", (value, expected, faults) => {
    const settings = readSettings(named(value === undefined ? {} : { TRUST_ENTRY: value, LOCAL_MESH: value }));
    expect([settings.trustsEntry, settings.isLocalMesh]).toEqual([expected, expected]);
    expect(settings.faults).toHaveLength(2 * faults);
  });

  it.each([
    [{ TRUST_DOMAIN: "" }, 'TRUST_DOMAIN is not set; the mesh calls itself "mesh.local"'],
    [{ TRUST_DOMAIN: "Mesh Example" }, 'TRUST_DOMAIN is "Mesh Example", which is no SPIFFE trust domain'],
    [{ MESH_DOMAIN: "https://mesh.example" }, 'MESH_DOMAIN is "https://mesh.example", which is no hostname'],
    [{ ADMIN_HOST: "https://admin.example" }, 'ADMIN_HOST is "https://admin.example", which is no host'],
    [{ TELEMETRY_OBJECTS: "0" }, 'TELEMETRY_OBJECTS is "0" and is taken for 4'],
    [{ TELEMETRY_DAYS: "1,30" }, 'TELEMETRY_DAYS is "1,30" and is taken for "1,30,400"'],
    [{ ACCESS_LOG: "all" }, 'ACCESS_LOG is "all" and is taken for 0'],
    [{ TRACE_PERCENT: "101" }, 'TRACE_PERCENT is "101" and is taken for 1'],
    [{ OTLP_METRICS: "true" }, "OTLP_METRICS is set without OTLP_ENDPOINT"],
    [{ OTLP_LOGS: "true" }, "OTLP_LOGS is set without OTLP_ENDPOINT"],
    [{ OTLP_ENDPOINT: "https://c.example", OTLP_PROTOCOL: "grpc" }, 'OTLP_PROTOCOL is "grpc"'],
    [{ LOCAL_MESH: "yes" }, 'LOCAL_MESH is "yes" and is taken for "false"'],
    [{ OPERATOR_OIDC_ISSUER: "https://id.example" }, "OPERATOR_OIDC_ISSUER is set without"],
    [{ OPERATOR_OIDC_ISSUER: "id.example", OPERATOR_OIDC_CLIENT_ID: "mesh" }, "which is no address"],
    [{ ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com" }, "ACCESS_TEAM_DOMAIN is set without ACCESS_AUD"],
  ])("say in words what is wrong with %j", (variables, words) => {
    const { faults } = readSettings(named(variables));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });

  it("know where the mesh is reached by what is said of it, and by nothing else", () => {
    const origin = (more: Partial<Variables>): string | null => readSettings(named(more)).publicOrigin;
    expect(origin({ MESH_URL: "https://mesh.example.com/x", ADMIN_HOST: "admin.example.com" })).toBe(
      "https://mesh.example.com",
    );
    expect(origin({ MESH_ISSUER: "https://id.example.com/", ADMIN_HOST: "admin.example.com" })).toBe(
      "https://id.example.com",
    );
    expect(origin({ ADMIN_HOST: "admin.example.com" })).toBe("https://admin.example.com");
    expect(origin({ MESH_ISSUER: "spiffe://mesh.example" })).toBeNull();
    const wrong = readSettings(named({ MESH_URL: "mesh.example.com", ADMIN_HOST: "admin.example.com" }));
    expect([wrong.publicOrigin, wrong.faults]).toEqual([
      null,
      [
        'MESH_URL is "mesh.example.com", which is no http or https address: the mesh publishes no addresses of its own.',
      ],
    ]);
  });

  it("read a mesh domain as hosts are read: lower-case, without the last dot", () => {
    expect(readSettings(named({ MESH_DOMAIN: "Mesh.Example." })).meshDomain).toBe("mesh.example");
  });

  it("take the client id for the audience where none is set, and Access by domain or address", () => {
    const oidc = { OPERATOR_OIDC_ISSUER: "https://id.example", OPERATOR_OIDC_CLIENT_ID: "mesh" };
    expect(readSettings(named(oidc)).oidc?.audiences).toEqual(["mesh"]);
    expect(readSettings(named({ ...oidc, OPERATOR_OIDC_AUDIENCE: "a, b,," })).oidc?.audiences).toEqual(["a", "b"]);
    const access = { ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com", ACCESS_AUD: "aud" };
    expect(readSettings(named(access)).access?.issuer).toBe("https://team.cloudflareaccess.com");
    const address = { ...access, ACCESS_TEAM_DOMAIN: "https://id.example/" };
    expect(readSettings(named(address)).access?.issuer).toBe("https://id.example");
  });

  it("are read once for an env, and what is wrong is told once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const env = named({ LOCAL_MESH: "on" });
    expect(settingsOf(env)).toBe(settingsOf(env));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('"at":"settings"');
  });

  it("tell id and revision on services' answers always, or to those who ask", () => {
    const told = (said?: string) => readSettings(named(said === undefined ? {} : { ANSWER_HEADERS: said }));
    expect([told("Always").tellsAlways, told("asked").tellsAlways, told().tellsAlways]).toEqual([true, false, false]);
    expect(told("yes").faults).toEqual([
      'ANSWER_HEADERS is "yes" and is taken for "asked": write "always" or "asked".',
    ]);
  });
});
