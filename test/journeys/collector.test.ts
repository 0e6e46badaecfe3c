// Spans and lines of the access log on their way to a collector in another process, which fails, hangs and dies:
// callers notice nothing, what can be sent again arrives once, and what cannot is counted.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

interface Told {
  readonly spans: readonly string[];
  readonly records: readonly string[];
  readonly dropped: Readonly<Record<string, number>>;
}

let mesh: TestMesh;
let backend: Backend;
let collector: ChildProcess;
let port = 0;

async function startCollector(): Promise<void> {
  const program = new URL("../support/journeys/collector-process.ts", import.meta.url).pathname;
  collector = spawn(process.execPath, [program, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(collector.stdout ?? collector, "data");
  port = Number(String(line));
}

const told = async (): Promise<Told> => (await fetch(`http://127.0.0.1:${port}/told`)).json() as Promise<Told>;
const tell = (what: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/do`, { method: "POST", body: JSON.stringify(what) });

/** Each is answered, whatever the collector does. */
async function requests(count: number, path: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => fetch(`${mesh.url}/svc/one/${path}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
}

const linesOf = ({ records }: Told, path: string): number =>
  records.filter((line) => line.includes(`/${path} 200`)).length;

beforeAll(async () => {
  await startCollector();
  const vars = [
    `OTLP_ENDPOINT=http://127.0.0.1:${port}`,
    "OTLP_LOGS=true",
    "ACCESS_LOG=100",
    "TRACE_PERCENT=100",
  ].flatMap((one) => ["--var", one]);
  [mesh, backend] = await Promise.all([startMesh({ args: vars }), startBackend("one")]);
  const service = `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: one}
spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}
`;
  expect((await mesh.cli(["apply", "-f", "-", "--wait"], service)).code).toBe(0);
});
afterAll(async () => {
  await mesh?.stop();
  await backend?.close();
  collector.kill("SIGKILL");
});

it("has two spans and a line of each request", async () => {
  await requests(20, "well");
  await expect.poll(async () => linesOf(await told(), "well")).toBe(20);
  await expect.poll(async () => (await told()).spans.length).toBe(40);
});

it("gets what it refused for a while again, and once", async () => {
  const before = await told();
  await tell({ answers: [503, 429, 503].map((status) => ({ status, retryAfter: 0 })) });
  await requests(10, "again");
  await expect.poll(async () => linesOf(await told(), "again")).toBe(10);
  await expect.poll(async () => (await told()).spans.length).toBe(before.spans.length + 20);
  const { spans } = await told();
  expect(new Set(spans).size).toBe(spans.length);
});

it("is not waited for when it is slow", async () => {
  await tell({ delayMs: 3000 });
  const begun = performance.now();
  await requests(10, "slow");
  // It answers after three seconds, and callers do not wait for that.
  expect(performance.now() - begun).toBeLessThan(3000);
  await expect.poll(async () => linesOf(await told(), "slow")).toBe(10);
  await tell({});
});

it("hears how much it missed when it was dead for longer than is tried", async () => {
  collector.kill("SIGKILL");
  await once(collector, "exit");
  await requests(5, "dead");
  // Lines are gathered for a second; then four tries, with 1, 2 and 4 s and up to half of it more between them.
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  await startCollector();
  await expect
    .poll(
      async () => {
        await requests(1, "alive");
        return (await told()).dropped;
      },
      { interval: 1000, timeout: 60_000 },
    )
    .toEqual({ "/v1/traces": 10, "/v1/logs": 5 });
  expect(linesOf(await told(), "dead")).toBe(0);
});
