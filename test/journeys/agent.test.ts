// The agent beside a service: the mesh sends requests to it while its app is well, the app gets no others, and what it
// calls through the agent arrives as the workload. Nothing is lost when it ends.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EndpointState } from "../../src/model/api/endpoints.ts";
import { startIssuer } from "../../src/cli/issuer/issuer-server.ts";
import { startAgentProcess, startApp, type AgentProcess, type App } from "../support/journeys/agent-process.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { freePorts } from "../support/ports.ts";
import { startWebSocketEcho, type WebSocketEcho } from "../support/raw/web-socket-echo.ts";

const DOCUMENTS = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: talk, namespace: shop}
spec: {exposure: public}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: storefront, namespace: shop}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: ledger-callers, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: ledger}]
  action: ALLOW
  rules: [{from: [{principals: ["spiffe://mesh.local/ns/shop/sa/storefront"]}]}]
`;

const agents: AgentProcess[] = [];
async function startAgent(line: string): Promise<AgentProcess> {
  const agent = await startAgentProcess(mesh, line);
  agents.push(agent);
  return agent;
}

const besideApp = async (app: App, more = ""): Promise<AgentProcess & { readonly inbound: string }> => {
  const port = await freePorts(1);
  const inbound = `http://127.0.0.1:${port}`;
  const health = "--health /healthz --health-interval 200ms --ttl 3s";
  const places = `--app http://127.0.0.1:${app.port} --inbound 127.0.0.1:${port} --advertise ${inbound}`;
  const agent = await startAgent(`--service orders ${places} ${health}${more}`);
  return { ...agent, inbound };
};

let mesh: TestMesh;
let app: App;
let first: AgentProcess & { readonly inbound: string };
const folder = mkdtempSync(join(tmpdir(), "selvage-agent-"));

beforeAll(async () => {
  [mesh, app] = await Promise.all([startMesh(), startApp("first")]);
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], DOCUMENTS);
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(async () => {
  agents.forEach(({ child }) => child.kill("SIGKILL"));
  await mesh?.stop();
  app?.server.close();
  app?.server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const status = async (path = "/"): Promise<number> => {
  const answer = await fetch(`${mesh.url}/svc/orders.shop${path}`);
  await answer.arrayBuffer();
  return answer.status;
};
const becomes = (wanted: number): Promise<void> => expect.poll(() => status(), { interval: 100 }).toBe(wanted);
const registered = async (): Promise<readonly EndpointState[]> => {
  const answer = await mesh.client.call<{ items: EndpointState[] }>(
    "GET",
    "/namespaces/shop/services/orders/endpoints",
  );
  return answer.ok ? answer.value.items : [];
};

describe("an agent beside a service", () => {
  it("announces nothing before the app was well once", async () => {
    app.isWell = false;
    first = await besideApp(app);
    expect(first.ready).toBe(`ready shop/orders inbound=${first.inbound}\n`);
    await expect.poll(() => first.said(), { interval: 50 }).toContain("is ill");
    expect(await registered()).toEqual([]);
    expect((await fetch(`${first.inbound}/_selvage/readyz`)).status).toBe(503);
  });

  it("brings the mesh's requests to the app, with their assertion", async () => {
    app.isWell = true;
    await becomes(200);
    expect(app.headers.at(-1)).toMatchObject({ "selvage-assertion": expect.stringMatching(/^ey/) });
    expect((await fetch(`${first.inbound}/_selvage/readyz`)).status).toBe(200);
    const stored = await fetch(`${mesh.url}/svc/orders.shop/items`, { method: "POST", body: "x".repeat(3_000_000) });
    expect([stored.status, await stored.text()]).toEqual([200, "first"]);
  });

  it("refuses what comes around the mesh, and answers health checks without asking the app", async () => {
    const before = app.headers.length;
    const direct = await fetch(`${first.inbound}/items`);
    expect([direct.status, await direct.json()]).toMatchObject([
      401,
      { code: "SLV2115", detail: "selvage-assertion: missing" },
    ]);
    expect((await fetch(`${first.inbound}/healthz`)).status).toBe(200);
    expect(app.headers.length).toBe(before);
  });

  it("takes the endpoint out while the app is ill, and brings it back", async () => {
    app.isWell = false;
    await becomes(503);
    expect(await registered()).toEqual([]);
    app.isWell = true;
    await becomes(200);
    expect(await registered()).toHaveLength(1);
  });

  it("registers again, as the same endpoint, when it was forgotten", async () => {
    const [{ id } = { id: "" }] = await registered();
    await mesh.client.call("DELETE", `/namespaces/shop/services/orders/endpoints/${id}`);
    await expect.poll(() => first.said(), { interval: 100 }).toContain("has forgotten");
    await becomes(200);
    expect((await registered()).map((one) => one.id)).toEqual([id]);
  });

  it("outlives a mesh that is away, and is there when it is back", async () => {
    await mesh.kill9();
    await expect.poll(() => first.said(), { interval: 100 }).toContain("cannot be reached");
    // Longer than its lease.
    await sleep(4_000);
    expect((await fetch(`${first.inbound}/_selvage/healthz`)).status).toBe(200);
    await mesh.restart();
    await becomes(200);
    expect(first.said().match(/cannot be reached/g)).toHaveLength(1);
  });

  it("passes WebSockets of the mesh, and no others, for as long as it may", async () => {
    const talk: WebSocketEcho = await startWebSocketEcho();
    const port = await freePorts(1);
    const places = `--app ${talk.url} --inbound 127.0.0.1:${port} --advertise http://127.0.0.1:${port}`;
    const agent = await startAgent(`--service talk ${places} --drain-seconds 4`);
    await expect.poll(async () => (await fetch(`${mesh.url}/svc/talk.shop/`)).status, { interval: 100 }).toBe(404);
    const socket = new WebSocket(`${mesh.url.replace("http", "ws")}/svc/talk.shop/`);
    await once(socket, "open");
    socket.send("hello");
    const [message] = (await once(socket, "message")) as [MessageEvent];
    expect(message.data).toBe("hello");
    const stranger = new WebSocket(`ws://127.0.0.1:${port}/`);
    const [end] = await Promise.race([once(stranger, "error"), once(stranger, "open")]);
    expect((end as Event).type).toBe("error");
    expect(talk.upgrades).toHaveLength(1);
    agent.child.kill("SIGTERM");
    await once(socket, "close");
    expect((await agent.ended).code).toBe(0);
    expect(agent.said()).toContain("1 still under way after 4 s, cut off");
    await talk.close();
  });

  it("loses no request when it is told to end under load", async () => {
    const other = await startApp("second");
    const second = await besideApp(other, " --drain-seconds 20");
    await expect.poll(() => second.said(), { interval: 50 }).toContain("announced");
    await expect.poll(async () => (await registered()).length).toBe(2);
    const answers: string[] = [];
    const load = { isOver: false };
    const callers = Array.from({ length: 12 }, async () => {
      while (!load.isOver) {
        const answer = await fetch(`${mesh.url}/svc/orders.shop/slow`);
        answers.push(`${answer.status} ${await answer.text()}`);
      }
    });
    await expect.poll(() => answers.includes("200 second")).toBe(true);
    second.child.kill("SIGTERM");
    const { code } = await second.ended;
    await sleep(500);
    load.isOver = true;
    await Promise.all(callers);
    expect(code, second.said()).toBe(0);
    expect(answers.filter((one) => !/^200 (first|second)$/.test(one))).toEqual([]);
    expect((await registered()).map(({ url }) => url)).toEqual([first.inbound]);
    other.server.close();
    other.server.closeAllConnections();
  });
});

describe("an agent that is told to end twice", () => {
  it("ends at once", async () => {
    const spare = await startApp("spare");
    const agent = await besideApp(spare);
    await expect.poll(() => agent.said(), { interval: 50 }).toContain("announced");
    agent.child.kill("SIGTERM");
    await expect.poll(() => agent.said(), { interval: 50 }).toContain("draining");
    // Two within a second are one: a terminal and npm may both send it.
    await sleep(1_200);
    agent.child.kill("SIGTERM");
    expect((await agent.ended).code).toBe(1);
    spare.server.close();
  });
});

describe("the outbound proxy", () => {
  let outbound = "";

  it("calls as the workload, which a policy lets in, where a call without an identity is denied", async () => {
    const service = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {endpoints: [{url: "http://127.0.0.1:${app.port}"}]}
`;
    expect((await mesh.cli(["apply", "--wait", "-f", "-"], service)).code).toBe(0);
    const made = await mesh.cli([
      "workload",
      "credentials",
      "storefront",
      "--add",
      "--wait",
      "-n",
      "shop",
      "-o",
      "json",
    ]);
    expect(made.code, made.stderr).toBe(0);
    const file = join(folder, "client.json");
    writeFileSync(file, made.stdout);
    const agent = await startAgent(`--service storefront --outbound 127.0.0.1:0 --credentials ${file}`);
    outbound = /outbound=(\S+)/.exec(agent.ready)?.[1] ?? "";

    expect((await fetch(`${mesh.url}/svc/ledger.shop/`)).status).toBe(401);
    const answer = await fetch(`${outbound}/svc/ledger.shop/entries?page=2`, {
      headers: { authorization: "Bearer user-token", "selvage-identity": "somebody-else" },
    });
    expect([answer.status, await answer.text()]).toEqual([200, "first"]);
    const { "selvage-assertion": assertion = "", ...seen } = app.headers.at(-1) ?? {};
    const claims: unknown = JSON.parse(Buffer.from(String(assertion).split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ sub: "spiffe://mesh.local/ns/shop/sa/storefront" });
    expect(seen).toMatchObject({ authorization: "Bearer user-token" });
  });

  it("calls as the workload for a token of its platform, without any secret", async () => {
    const issuer = await startIssuer(0, Date.now);
    const trust = `{issuer: "${issuer.url}", jwksUri: "${issuer.url}/jwks.json", namespaces: [shop]}`;
    const cluster = `{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: pods}, spec: {trust: ${trust}}}`;
    expect((await mesh.cli(["apply", "--wait", "-f", "-"], cluster)).code).toBe(0);
    const claims = "sub=spiffe://mesh.local/ns/shop/sa/storefront&aud=spiffe://mesh.local";
    const file = join(folder, "token");
    writeFileSync(file, await (await fetch(`${issuer.url}/token?${claims}`)).text());
    const agent = await startAgent(`--service storefront --outbound 127.0.0.1:0 --exchange-token ${file}`);
    const own = /outbound=(\S+)/.exec(agent.ready)?.[1] ?? "";
    const answer = await fetch(`${own}/svc/ledger.shop/`);
    expect([answer.status, await answer.text()], agent.said()).toEqual([200, "first"]);
    await issuer.stop();
  });

  it.each([
    ["a page", "/svc/ledger.shop/", { origin: "https://evil.example" }, 403, "SLV2010"],
    ["another address of the mesh", "/_selvage/v1/resources", {}, 404, "SLV5003"],
  ])("refuses %s", async (_, path, headers, wanted, code) => {
    const answer = await fetch(`${outbound}${path}`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([wanted, { code }]);
  });
});
