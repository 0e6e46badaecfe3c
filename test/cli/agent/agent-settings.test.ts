// What the options of `selvage agent` come to, and which of them do not fit together.
import { describe, expect, it } from "vitest";
import { agentEndpointId } from "../../../src/agent/endpoint-id.ts";
import { agentSettings, type AgentFlags } from "../../../src/cli/agent/agent-settings.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

const MESH = "https://mesh.example.com";
const flags = (more: Partial<AgentFlags>): AgentFlags => ({
  service: "orders",
  weight: 1,
  healthInterval: "5s",
  healthTimeout: "2s",
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  ttl: "30s",
  drainSeconds: 25,
  assertion: "caller",
  ...more,
});
const app = "http://127.0.0.1:8080";
const read = (more: Partial<AgentFlags>, server = MESH, environment = {}) =>
  agentSettings(flags(more), "shop", server, environment);

describe("the settings of an agent", () => {
  it("are an endpoint whose id is its address", () => {
    const advertise = "https://orders-1.example.com";
    const settings = read({ app, advertise, version: "v2", cluster: "eu-1" });
    const id = agentEndpointId(advertise);
    expect(id).toMatch(/^agent-[0-9a-f]{12}$/);
    expect(settings).toMatchObject({
      ok: true,
      settings: { announced: { id, url: advertise, version: "v2", cluster: "eu-1", ttlMs: 30_000 }, drainMs: 25_000 },
    });
    expect(agentEndpointId(`${advertise}/`)).toBe(id);
    expect(agentEndpointId(`${advertise}:8443`)).not.toBe(id);
  });

  it.each([
    ["4143", "0.0.0.0", 4143],
    ["10.0.0.5:4143", "10.0.0.5", 4143],
    ["[::1]:0", "::1", 0],
  ])("listen for the mesh at %s", (inbound, host, port) => {
    expect(read({ app, inbound })).toMatchObject({ ok: true, settings: { inbound: { listen: { host, port } } } });
  });

  it("listen for the app on this machine only, with credentials of environment or file", () => {
    const environment = { SELVAGE_CLIENT_ID: "id", SELVAGE_CLIENT_SECRET: "secret" };
    expect(read({ outbound: "4140" }, MESH, environment)).toMatchObject({
      settings: { outbound: { listen: { host: "127.0.0.1" }, proof: { from: "pair", clientId: "id" } } },
    });
    expect(read({ outbound: "4140", credentials: "c.json" }, MESH, environment)).toMatchObject({
      settings: { outbound: { proof: { from: "credentials-file", path: "c.json" } } },
    });
  });

  it.each<readonly [Partial<AgentFlags>, string, RegExp]>([
    [{}, MESH, /nothing to do/],
    [{ inbound: "4143" }, MESH, /--inbound needs --app/],
    [{ advertise: "https://a" }, MESH, /--advertise needs --app/],
    [{ app: "https://127.0.0.1", inbound: "4143" }, MESH, /--app wants/],
    [{ app: `${app}/base`, inbound: "4143" }, MESH, /--app wants/],
    [{ app, inbound: "70000" }, MESH, /--inbound wants a port/],
    [{ app, inbound: "evil:port" }, MESH, /--inbound wants a port/],
    [{ app, inbound: "4143", health: "healthz" }, MESH, /--health wants a path/],
    [{ app, advertise: "orders.example.com" }, MESH, /--advertise: This is not an absolute http or https URL/],
    [{ app, advertise: "https://a", ttl: "1s" }, MESH, /--ttl wants a duration from 3 s/],
    [{ outbound: "4140" }, MESH, /SELVAGE_CLIENT_ID and SELVAGE_CLIENT_SECRET/],
    [{ outbound: "4140", credentials: "a", exchangeToken: "b" }, MESH, /give one/],
    [{ app, inbound: "4143" }, "http://mesh.example.com", /in the clear/],
    [{ outbound: "4140", credentials: "a", mesh: "http://mesh.example.com" }, MESH, /give --mesh an https address/],
    [{ outbound: "4140", credentials: "a", mesh: "ftp://mesh" }, MESH, /--mesh wants an http or https URL/],
    [{ app, inbound: "4143", service: "../orders" }, MESH, /--service wants a name/],
  ])("are refused: %o", (more, server, message) => {
    expect(read(more, server)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  it("take no token as an argument", async () => {
    const terminal = recordingTerminal();
    const line = ["agent", "--token", "slv_secret", "--service", "orders", "--app", app, "--advertise", "https://a"];
    expect(await runCommand(line, terminal)).toBe(2);
    expect(terminal.stderr()).toMatch(/list of processes[^]*SELVAGE_TOKEN/);
    expect(terminal.stderr()).not.toContain("slv_secret");
  });
});
