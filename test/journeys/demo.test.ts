// The bookstore behind the real mesh, as `npm start` runs it: the page, the split, a part that dies, and the end of it.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { processIdentityOf, isAlive } from "../../src/cli/local/process-identity.ts";
import { connectAgent } from "../support/journeys/agent.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startMesh({ args: ["--demo"] });
});
afterAll(() => mesh.stop());

/** The processes that the start-up's output tells of. */
const processes = (): { name: string; pid: number }[] =>
  [...mesh.log().matchAll(/^ {2}(\S+ v\d) +http:\/\/127\.0\.0\.1:\d+ {2}pid (\d+)/gm)].map(([, name = "", pid]) => ({
    name,
    pid: Number(pid),
  }));
const page = async (): Promise<string> => (await fetch(`${mesh.url}/svc/storefront/`)).text();

describe("the bookstore", () => {
  it("answers with a complete page as soon as the mesh says it is ready", async () => {
    const response = await fetch(`${mesh.url}/svc/storefront/`, { headers: { "selvage-debug": "1" } });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("selvage-revision")).toBe("1");
    expect(html).toContain('<a href="/svc/storefront/books/kokoro">Kokoro</a>, Natsume Sōseki, € 11.90');
    expect(html).toContain("nobody in it is only one thing");
    expect(html).not.toContain('class="down"');
    expect(html).toContain(`Request ${response.headers.get("x-request-id")}`);
  });

  it("runs seven processes, which the output names", () => {
    expect(processes().map(({ name }) => name)).toEqual([
      "storefront v1",
      "catalog v1",
      "reviews v1",
      "reviews v2",
      "inventory v1",
      "recommendations v1",
      "payments v1",
    ]);
    for (const { pid } of processes()) {
      expect(isAlive(processIdentityOf(pid))).toBe(true);
    }
  });

  it("splits reviews between their versions, about four to one", async () => {
    const versions = { v1: 0, v2: 0 };
    for (let call = 0; call < 200; call += 1) {
      const response = await fetch(`${mesh.url}/svc/reviews/books/kokoro`);
      versions[(await response.text()).includes('"v2"') ? "v2" : "v1"] += 1;
    }
    // 40 of 200 are expected; outside of 15 to 65 is six standard deviations away.
    expect(versions.v1 + versions.v2).toBe(200);
    expect(versions.v2).toBeGreaterThan(15);
    expect(versions.v2).toBeLessThan(65);
  });

  it("answers orders, on their address under /svc and on the shop's own host", async () => {
    const response = await fetch(`${mesh.url}/svc/storefront/orders`, {
      method: "POST",
      body: new URLSearchParams({ book: "kokoro" }),
    });
    expect([response.status, await response.text()]).toEqual([
      201,
      expect.stringContaining("Kokoro is yours for € 11.90"),
    ]);
  });

  it("has manifests without a warning, which apply from the folder and are already there", async () => {
    const diff = await mesh.cli(["diff", "-f", "examples/bookstore"]);
    expect([diff.code, diff.stderr]).toEqual([0, ""]);
    const strict = await mesh.cli(["validate", "--strict", "-f", "examples/bookstore"]);
    expect([strict.code, strict.stderr]).toEqual([0, ""]);
    expect((await mesh.cli(["history", "-o", "name"])).stdout).toBe("1\n");
  });

  it.each(["legacy", "auto"] as const)("is read and changed by an agent with the SDK's client (%s)", async (era) => {
    const agent = await connectAgent(mesh.url, mesh.token, era);
    try {
      const call = async (name: string, args: Record<string, unknown> = {}) => {
        const { structuredContent, isError } = await agent.callTool({ name, arguments: args });
        expect(isError, JSON.stringify(structuredContent)).not.toBe(true);
        return Object(Object(structuredContent).data);
      };
      const { tools } = await agent.listTools();
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["status", "plan_apply", "confirm"]));
      expect(await call("status")).toMatchObject({ healthy: true, services: 6 });

      const documents = `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: agent-${era}}\nspec: {}\n`;
      const { planId, revision } = await call("plan_apply", { documents, reason: "a journey" });
      expect((await call("confirm", { planId })).result).toMatchObject({ revision: revision + 1 });
      const back = await call("plan_rollback", { revision, reason: "as it was" });
      await call("confirm", { planId: back.planId });
      expect((await mesh.cli(["audit", "--limit", "1"])).stdout).toContain("bootstrap (agent)");
      const { prompts } = await agent.listPrompts();
      expect(prompts.map(({ name }) => name)).toEqual(expect.arrayContaining(["incident", "canary"]));
      expect((await agent.getPrompt({ name: "incident", arguments: {} })).messages).toHaveLength(1);
    } finally {
      await agent.close();
    }
  });

  it("is told of a bad canary by name, and is as before when the scenario is ended", async () => {
    const { child, ended } = mesh.spawn(["demo", "scenario", "bad-canary", "--seconds", "40"]);
    const status = async (): Promise<string> => (await mesh.cli(["status"])).stdout;
    await vi.waitFor(async () => expect(await status()).toMatch(/service\/reviews .*it answered 500/), 60_000);
    expect((await mesh.cli(["history"])).stdout).toContain("demo scenario bad-canary");
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await ended;
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/readers +\d+/), expect.any(String)]);
    expect(stderr).toContain("HTTPRoute/reviews-split is as it was");
    expect(stderr).toContain("1 endpoint is gone");
    expect((await mesh.cli(["diff", "-f", "examples/bookstore"])).code).toBe(0);
    expect((await mesh.cli(["get", "endpoints"])).stdout).not.toContain("scenario-");
  });

  it("holds back a noisy client and no other, and goes on after the scenario was killed", async () => {
    const scenario = ["demo", "scenario", "noisy-client", "--seconds", "10"];
    const killed = mesh.spawn(scenario);
    await vi.waitFor(
      async () => expect((await mesh.cli(["get", "applications"])).stdout).toContain("demo-crawler"),
      30_000,
    );
    killed.child.kill("SIGKILL");
    await killed.ended;

    const { code, stdout, stderr } = await mesh.cli([...scenario, "-o", "json"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("left over from before: 5 documents are gone")]);
    const [acme, crawler] = JSON.parse(stdout).loads;
    expect(acme.answers).toEqual({ 200: acme.sent });
    expect(crawler.answers[429]).toBeGreaterThan(crawler.sent / 2);
    expect((await mesh.cli(["get", "applications"])).stdout).toBe("");
  });

  it("shows the rest of the page when a service dies, and says so", async () => {
    const victim = processes().find(({ name }) => name === "recommendations v1");
    process.kill(victim?.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(mesh.log()).toContain("demo: recommendations v1 is gone: "), 15_000);
    expect(await page()).toContain('<p class="down">Not available just now: recommendations answered 502.</p>');
  });

  it("comes back whole after the mesh was killed, and keeps what was changed", async () => {
    const before = processes();
    expect((await mesh.cli(["delete", "httproute", "bookstore"])).code).toBe(0);
    await mesh.kill9();
    await vi.waitFor(() => expect(before.filter(({ pid }) => isAlive(processIdentityOf(pid)))).toEqual([]), 15_000);
    await mesh.restart();
    expect(await page()).not.toContain('class="down"');
    expect((await mesh.cli(["get", "httproute", "bookstore"])).code).toBe(4);
  });

  it("leaves no process behind when the mesh stops", async () => {
    const running = processes();
    expect(await mesh.stop()).toBe(0);
    expect(running).toHaveLength(7);
    expect(running.filter(({ pid }) => isAlive(processIdentityOf(pid)))).toEqual([]);
  });
});
