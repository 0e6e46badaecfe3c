// The services of the bookstore, each in every language that this machine has: do they speak HTTP as they should?
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startService, type DemoService, type Language, type Running } from "../../../src/cli/demo/demo-process.ts";
import { bookstore } from "../../../src/cli/demo/demo-services.ts";
import { packageRoot } from "../../../src/cli/session/package-root.ts";
import { exchange } from "../../support/exchange.ts";

// Several languages start at once: a machine that is busy with other tests needs its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const commands = { node: process.execPath, python: "python3", perl: "perl" };
const found = (language: Language): boolean => spawnSync(commands[language], ["--version"]).status === 0;
const logs = mkdtempSync(join(tmpdir(), "selvage-demo-"));
const around = {
  folder: join(packageRoot(), "examples", "bookstore"),
  logs,
  url: "http://127.0.0.1:9",
  commands,
  patienceMs: 10_000,
};
afterAll(() => rmSync(logs, { recursive: true }));

const reads: Record<string, string> = {
  storefront: "/healthz",
  catalog: "/books/kokoro",
  reviews: "/books/kokoro",
  inventory: "/stock/kokoro",
  recommendations: "/books/kokoro",
  payments: "/healthz",
};

const twins = bookstore.flatMap((one): DemoService[] =>
  one.twin === null ? [] : [{ ...one, language: "node", program: one.twin, twin: null }],
);
const programs = [...bookstore.map((one) => ({ ...one, twin: null })), ...twins].filter((one) => found(one.language));

describe.each(programs)("$service $version in $language", (wanted) => {
  const path = reads[wanted.service] ?? "/";
  let running: Running;
  let port: number;

  beforeAll(async () => {
    const started = await startService(wanted, around);
    if (!started.ok) {
      throw new Error(started.reason);
    }
    ({ running } = started);
    port = Number(new URL(running.url).port);
  });
  afterAll(() => running.stop());

  it("answers its health check with its name and version", async () => {
    const response = await fetch(`${running.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ok", service: wanted.service, version: wanted.version });
  });

  it("answers JSON that says so, with its length, a date, and who served it", async () => {
    const response = await fetch(running.url + path);
    const body = await response.arrayBuffer();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("content-length")).toBe(String(body.byteLength));
    expect(response.headers.get("x-served-by")).toBe(`${wanted.service} ${wanted.version} (${wanted.language})`);
    expect(Date.parse(response.headers.get("date") ?? "")).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const length = (await (await fetch(running.url + path)).arrayBuffer()).byteLength;
    const { text } = await exchange(port, `HEAD ${path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`);
    const [head, body] = text.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(new RegExp(`^content-length: ${length}$`, "im"));
    expect(body).toBe("");
  });

  it("answers 404 to a path that it does not have", async () => {
    const response = await fetch(`${running.url}/nothing/here`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "there is nothing at /nothing/here" });
  });

  it("answers 405 with Allow to a method that it does not have", async () => {
    const response = await fetch(`${running.url}/healthz`, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await response.json()).toEqual({ error: "DELETE is not allowed here" });
  });

  it("keeps the connection, and answers requests sent in one go in their order", async () => {
    const two = `GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\nGET /none HTTP/1.1\r\nHost: shop\r\n\r\n`;
    const { text, closed } = await exchange(port, two, (text) => text.includes('nothing at /none"'));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404"]);
    expect(closed).toBe(false);
  });

  it("closes the connection when it is asked to, and after HTTP/1.0", async () => {
    for (const request of [
      "GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n",
      "GET /healthz HTTP/1.0\r\n\r\n",
    ]) {
      expect(await exchange(port, request)).toMatchObject({
        closed: true,
        text: expect.stringContaining(" 200 OK\r\n"),
      });
    }
  });

  it("never takes a body for the next request", async () => {
    const smuggled = "GET /none HTTP/1.1\r\nHost: shop\r\n\r\n";
    const request = `POST /healthz HTTP/1.1\r\nHost: shop\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`;
    const next = "GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";
    const { text } = await exchange(port, request + next);
    expect(text.match(/HTTP\/1\.1 \d+/g)?.slice(0, 1)).toEqual(["HTTP/1.1 405"]);
    expect(text).not.toContain("nothing at /none");
  });

  it("refuses what is not HTTP", async () => {
    const { text, closed } = await exchange(port, "hello\r\n\r\n");
    expect(text).toMatch(/ 400 /);
    expect(closed).toBe(true);
  });
});

it("ends with its standard input, in every language", async () => {
  const started = await Promise.all(programs.map((wanted) => startService(wanted, around)));
  const ways = started.map(async (one) => {
    if (!one.ok) {
      return one.reason;
    }
    await one.running.stop();
    return (await one.running.ended).replace(/^.* ended/, "ended");
  });
  expect(await Promise.all(ways)).toEqual(programs.map(() => "ended with code 0"));
});

it("gives every service of the bookstore the same words in both of its languages", async () => {
  const ask = async (wanted: DemoService): Promise<unknown> => {
    const started = await startService(wanted, around);
    if (!started.ok) {
      throw new Error(started.reason);
    }
    const answer: unknown = await (await fetch(started.running.url + (reads[wanted.service] ?? "/"))).json();
    await started.running.stop();
    return answer;
  };
  const foreign = bookstore.filter(({ twin, language }) => twin !== null && found(language));
  await Promise.all(
    foreign.map(async (one) => {
      const twin: DemoService = { ...one, language: "node", program: one.twin ?? "", twin: null };
      const [said, twinSaid] = await Promise.all([ask(one), ask(twin)]);
      expect(said, one.program).toEqual(twinSaid);
    }),
  );
});

describe("a copy that is told to do something wrong", () => {
  const wanted: DemoService = {
    service: "payments",
    version: "v1",
    language: "node",
    program: "node/payments.mjs",
    twin: null,
  };
  const status = async ({ url }: Running): Promise<number> => (await fetch(`${url}/charges/none`)).status;
  /** The first forty answers under that line: until it is read, the one before it fails everything with 503. */
  const statuses = async (running: Running, line: string): Promise<number[]> => {
    running.tell("wrong fail=100");
    await vi.waitFor(async () => expect(await status(running)).toBe(503), 10_000);
    running.tell(line);
    const seen: number[] = [];
    await vi.waitFor(async () => {
      seen[0] = await status(running);
      expect(seen[0]).not.toBe(503);
    }, 10_000);
    while (seen.length < 40) {
      seen.push(await status(running));
    }
    return seen;
  };

  it("fails the share it was told to, the same requests for the same seed, and never its health check", async () => {
    const runs = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const started = await startService(wanted, around);
        if (!started.ok) {
          throw new Error(started.reason);
        }
        const { running } = started;
        const seen = await statuses(running, `wrong fail=50 status=502 seed=${seed}`);
        expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
        running.tell("wrong");
        await vi.waitFor(async () => expect(await status(running)).toBe(404), 10_000);
        await running.stop();
        return seen;
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    const failed = runs[0]?.filter((one) => one === 502).length ?? 0;
    expect(failed).toBeGreaterThan(10);
    expect(failed).toBeLessThan(30);
  });

  it("captures charges at a bank where it is told of one, and says so when that fails", async () => {
    const started = await startService({ ...wanted, variables: { BANK_SERVICE: "bank" } }, around);
    if (!started.ok) {
      throw new Error(started.reason);
    }
    const { running } = started;
    // Nobody listens where the mesh should be.
    const body = JSON.stringify({ order: "1", amountCents: 1 });
    const response = await fetch(`${running.url}/charges`, { method: "POST", body });
    expect([response.status, await response.json()]).toEqual([502, { error: "bank could not be reached" }]);
    await running.stop();
  });
});
