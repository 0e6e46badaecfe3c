// What status and check conclude from what the mesh says.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clock } from "../../../src/cli/commands/check.ts";
import { CommandBench, route } from "../../support/command-bench.ts";
import { problem, type Scripted } from "../../support/scripted-api.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

const endpoint = { id: "static-0", weight: 1, draining: false };
const service = (name: string, endpoints: readonly object[]): object => ({ namespace: "shop", name, endpoints });
const condition = (type: string, status: string, message: string): object => ({
  type,
  status,
  reason: "BackendNotFound",
  message,
  observedGeneration: 1,
  lastTransitionTime: "2026-11-23T00:00:00Z",
});
const routeWith = (status: string): object => ({
  ...route,
  status: {
    parents: [
      {
        parentRef: { name: "selvage" },
        controllerName: "selvage.dev/mesh",
        conditions: [
          condition("Accepted", "True", "fine"),
          condition("ResolvedRefs", status, "there is no Service pay"),
        ],
      },
    ],
  },
});

/** A mesh that is well, with parts replaced. */
const mesh = (parts: Readonly<Record<string, Scripted>> = {}): Record<string, Scripted> => ({
  "GET /_selvage/healthz": { body: { ok: true }, headers: { date: new Date().toUTCString() } },
  "GET /_selvage/readyz": { body: { ready: true, registry: "reachable", revision: 7, serving: 7, stale: false } },
  "GET /resources": { body: { items: [routeWith("True")], nextCursor: null, revision: 7 } },
  "GET /catalog": { body: { items: [service("orders", [endpoint])], revision: 7 } },
  "GET /revisions": { body: { items: [], nextCursor: null, revision: 7 } },
  "GET /revisions/7/propagation": {
    body: { revision: 7, head: 7, complete: true, current: 2, behind: 0, colos: [], isolates: [] },
  },
  ...parts,
});

describe("status", () => {
  it("ends with 0 when nothing is wrong", async () => {
    await bench.against(mesh());
    const { code, stdout } = await bench.run("status");
    expect(code).toBe(0);
    expect(stdout).toContain("@ revision 7 · 1 service · 1 endpoint · 2/2 isolates current\n● healthy");
  });

  it("ends with 1 and names the route that does not do what it says", async () => {
    await bench.against(
      mesh({ "GET /resources": { body: { items: [routeWith("False")], nextCursor: null, revision: 7 } } }),
    );
    const { code, stdout } = await bench.run("status");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /▲ failing +httproute\/orders in shop \(\d+d\) +BackendNotFound \(parent selvage\): there is no Service pay\n +→ selvage describe httproute orders -n shop/,
    );
    const json = await bench.run("status", "-o", "json");
    expect(JSON.parse(json.stdout)).toMatchObject({ healthy: false, problems: [{ ref: "HTTPRoute/shop/orders" }] });
  });

  it("ends with 1 while isolates are behind, and when the registry cannot be reached", async () => {
    const behind = { revision: 7, head: 7, complete: false, current: 1, behind: 1, colos: [], isolates: [] };
    await bench.against(mesh({ "GET /revisions/7/propagation": { body: behind } }));
    expect(await bench.run("status")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("1 of 2 isolates do not run revision 7 yet"),
    });
    const readiness = { ready: false, registry: "unreachable", revision: null, serving: 7, stale: false };
    await bench.against(mesh({ "GET /_selvage/readyz": { status: 503, body: readiness } }));
    expect(await bench.run("status")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("the mesh is not ready: the registry cannot be reached"),
    });
  });

  it("tells a service that nothing can be sent to, and does not call the mesh unhealthy for it", async () => {
    const drained = service("old", [{ ...endpoint, weight: 0 }]);
    await bench.against(mesh({ "GET /catalog": { body: { items: [service("new", []), drained], revision: 7 } } }));
    const { code, stdout } = await bench.run("status");
    expect(code).toBe(0);
    expect(stdout).toContain("○ idle      service/new in shop   no endpoints");
    expect(stdout).toContain("○ idle      service/old in shop   no endpoints");
  });

  it("passes on that it may not ask", async () => {
    await bench.against(mesh({ "GET /revisions": problem(401, "SLV2001", "The operator token is not known.") }));
    expect((await bench.run("status")).code).toBe(3);
  });
});

describe("check", () => {
  it("shows a line for each thing that is right", async () => {
    await bench.against(mesh());
    const { code, stdout } = await bench.run("check");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^server {7}√ http:\/\/127\.0\.0\.1:\d+ answers in \d+ ms\n {13}√ clocks agree\n/);
    expect(stdout).not.toMatch(/[×‼]/);
  });

  it("says what is wrong and what to do, with exit code 1", async () => {
    await bench.against(
      mesh({
        "GET /resources": { body: { items: [routeWith("False")], nextCursor: null, revision: 7 } },
        "GET /catalog": { body: { items: [service("orders", [])], revision: 7 } },
      }),
    );
    const { code, stdout } = await bench.run("check");
    expect(code).toBe(1);
    expect(stdout).toContain("× httproute/orders: BackendNotFound: there is no Service pay");
    expect(stdout).toContain("hint: selvage describe httproute/orders -n shop");
    expect(stdout).toContain("‼ service/orders in shop has no endpoints");
  });

  it("stops at a server that cannot be reached", async () => {
    const { code, stdout } = await bench.run("check", "--server", "http://127.0.0.1:9");
    expect(code).toBe(1);
    expect(stdout.split("\n")[0]).toBe("server       × http://127.0.0.1:9 cannot be reached");
  });

  it("warns of a clock that is minutes away, not of one that is within the second that the header counts", () => {
    const date = "Mon, 23 Nov 2026 12:00:00 GMT";
    const at = (offsetMs: number): number => Date.parse(date) + offsetMs;
    expect(clock(date, at(900), at(950))).toMatchObject([{ state: "ok" }]);
    expect(clock(date, at(-1), at(4_000))).toMatchObject([{ state: "ok" }]);
    expect(clock(date, at(120_000), at(120_010))).toMatchObject([
      { state: "warning", message: "this machine's clock is 119 s ahead of the server's" },
    ]);
    expect(clock(date, at(-120_010), at(-120_000))).toMatchObject([
      { state: "warning", message: "this machine's clock is 120 s behind the server's" },
    ]);
    expect(clock(null, 0, 0)).toEqual([]);
  });
});
