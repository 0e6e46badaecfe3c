import { afterEach, describe, expect, it } from "vitest";
import { startEcho, type EchoOptions, type EchoServer } from "../../../src/cli/echo/echo-server.ts";

let running: EchoServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(changes: Partial<EchoOptions> = {}): Promise<{ url: string; lines: string[] }> {
  const lines: string[] = [];
  running = await startEcho({
    port: 0,
    host: "127.0.0.1",
    name: "hello",
    version: null,
    delayMs: 0,
    failPercent: 0,
    failStatus: 500,
    unhealthy: false,
    random: () => 0.5,
    log: (line) => lines.push(line),
    ...changes,
  });
  return { url: `http://127.0.0.1:${running.port}`, lines };
}

describe("the echo service", () => {
  it("tells method, path, headers and body, and who it is", async () => {
    const { url, lines } = await start({ version: "v2" });
    const answer = await fetch(`${url}/a/b?c=d`, { method: "POST", body: "text", headers: { "x-mine": "1" } });
    expect(answer.headers.get("x-served-by")).toBe("hello v2");
    expect(await answer.json()).toMatchObject({
      name: "hello",
      version: "v2",
      method: "POST",
      path: "/a/b?c=d",
      body: "text",
      bodyBytes: 4,
      headers: { "x-mine": "1" },
    });
    expect(lines).toEqual(["hello: POST /a/b?c=d 200"]);
  });

  it("keeps a bounded part of a large body", async () => {
    const { url } = await start();
    const answer = await fetch(url, { method: "POST", body: "x".repeat(1_000_000) });
    const told: unknown = await answer.json();
    expect(told).toMatchObject({ bodyBytes: 1_000_000, body: "x".repeat(65_536) });
  });

  it.each([
    [20, 0.199, 503],
    [20, 0.2, 200],
    [100, 0.999, 503],
    [0, 0, 200],
  ])("fails %d of a hundred", async (failPercent, drawn, status) => {
    const { url } = await start({ failPercent, failStatus: 503, random: () => drawn });
    expect((await fetch(url)).status).toBe(status);
  });

  it("has a health check of its own, which failures leave alone", async () => {
    const { url, lines } = await start({ failPercent: 100 });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await running?.stop();
    const unhealthy = await start({ unhealthy: true });
    expect((await fetch(`${unhealthy.url}/healthz`)).status).toBe(503);
    expect(lines).toEqual([]);
  });

  it("reads no files, whatever the path", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/.selvage/admin-token`);
    expect(await answer.json()).toMatchObject({ name: "hello", path: "/.selvage/admin-token" });
  });

  it("can be stopped while somebody waits for a slow answer", async () => {
    const { url } = await start({ delayMs: 3_600_000 });
    const waiting = fetch(url).then(
      () => "answered",
      () => "ended",
    );
    await fetch(`${url}/`, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
    await running?.stop();
    expect(await waiting).toBe("ended");
  });
});
