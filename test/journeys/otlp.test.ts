// What the mesh tells elsewhere in protobuf, taken by what is not ours: metrics by a real VictoriaMetrics, which takes
// nothing else; spans and lines of the access log by OpenTelemetry's own messages in a process beside it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import {
  messagesMissing,
  PYTHON,
  PYTHON_ENV,
  VICTORIA_METRICS,
  victoriaMetricsMissing,
} from "../support/otlp/tools.ts";
import { freePorts } from "../support/ports.ts";

const SERVICE = "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: one}\n";
/** The clock pushes each minute. */
const A_PUSH = { timeout: 100_000, interval: 1000 };

let backend: Backend;
beforeAll(async () => (backend = await startBackend("one")));
afterAll(() => backend?.close());

async function meshTelling(vars: Readonly<Record<string, string>>): Promise<TestMesh> {
  const mesh = await startMesh({
    args: ["--no-demo", ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}=${value}`])],
  });
  const spec = `spec: {exposure: public, endpoints: [{url: "${backend.url}", version: v1}]}\n`;
  expect((await mesh.cli(["apply", "-f", "-", "--wait"], SERVICE + spec)).code).toBe(0);
  return mesh;
}

/** Each is answered, whatever becomes of what is told about it. */
async function requests(mesh: TestMesh, count: number, path = "well"): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => fetch(`${mesh.url}/svc/one/${path}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
}

async function stopped(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
}

const noDatabase = victoriaMetricsMissing();
describe.skipIf(noDatabase !== null)(`VictoriaMetrics${noDatabase === null ? "" : `: ${noDatabase}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "selvage-otlp-"));
  let child: ChildProcess | undefined;
  let url = "";
  let mesh: TestMesh;

  beforeAll(async () => {
    const port = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    child = spawn(
      VICTORIA_METRICS,
      [
        `-storageDataPath=${folder}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        "-opentelemetry.usePrometheusNaming",
        "-search.latencyOffset=0s",
      ],
      { stdio: "ignore" },
    );
    mesh = await meshTelling({
      OTLP_ENDPOINT: `${url}/opentelemetry`,
      OTLP_PROTOCOL: "http/protobuf",
      OTLP_METRICS: "true",
    });
  });
  afterAll(async () => {
    await mesh?.stop();
    await stopped(child);
    rmSync(folder, { recursive: true, force: true });
  });

  it("takes protobuf alone, and has the counts and the histogram of what was asked", async () => {
    await requests(mesh, 30);
    const query = async (metric: string, more = ""): Promise<number | null> => {
      const text = `sum(${metric}{selvage_service="default/one"${more}})`;
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(text)}`);
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result.length === 0 ? null : Number(data.result[0]?.value[1]);
    };
    const name = "http_server_request_duration_seconds";
    await expect.poll(() => query(`${name}_count`).catch(() => null), A_PUSH).toBe(30);
    expect(await query(`${name}_bucket`, ',le="+Inf"')).toBe(30);
    expect(await query("selvage_requests_total")).toBe(30);
    expect(await query(`${name}_sum`)).toBeLessThan(30);
  });
});

const noMessages = messagesMissing();
describe.skipIf(noMessages !== null)(`OpenTelemetry's messages${noMessages === null ? "" : `: ${noMessages}`}`, () => {
  interface Told {
    readonly spans: readonly { traceId: string; parent: string; kind: number; tookNs: number }[];
    readonly records: readonly Readonly<Record<string, string | number>>[];
    readonly metrics: readonly string[];
    readonly dropped: Readonly<Record<string, number>>;
    readonly types: readonly string[];
  }
  let child: ChildProcess | undefined;
  let url = "";
  let mesh: TestMesh;
  const told = async (): Promise<Told> => (await fetch(url)).json() as Promise<Told>;

  beforeAll(async () => {
    child = spawn(PYTHON, [new URL("../support/otlp/receiver.py", import.meta.url).pathname], {
      stdio: ["ignore", "pipe", "inherit"],
      env: PYTHON_ENV,
    });
    const [line] = await once(child.stdout ?? child, "data");
    url = `http://127.0.0.1:${Number(String(line))}`;
    mesh = await meshTelling({
      OTLP_ENDPOINT: url,
      OTLP_PROTOCOL: "http/protobuf",
      OTLP_LOGS: "true",
      OTLP_METRICS: "true",
      ACCESS_LOG: "100",
      TRACE_PERCENT: "100",
    });
  });
  afterAll(async () => {
    await mesh?.stop();
    await stopped(child);
  });

  it("take two spans and a line of each request", async () => {
    await requests(mesh, 20);
    await expect.poll(async () => (await told()).spans.length).toBe(40);
    await expect.poll(async () => (await told()).records.length).toBe(20);
    const { spans, records, types } = await told();
    expect(new Set(types)).toEqual(new Set(["application/x-protobuf"]));
    expect(spans.filter(({ kind, parent }) => kind === 3 && parent !== "")).toHaveLength(20);
    expect(spans.every(({ tookNs }) => tookNs >= 0 && tookNs < 60e9)).toBe(true);
    const traces = new Set(spans.map(({ traceId }) => traceId));
    expect([traces.size, records.every((one) => one["http.response.status_code"] === 200)]).toEqual([20, true]);
    expect(records[0]).toMatchObject({ "selvage.service": "default/one", "selvage.decision": "forwarded" });
  });

  it("say what they did not take: that is not sent again, and told as dropped", async () => {
    const before = await told();
    await fetch(`${url}/reject`, { method: "POST" });
    await requests(mesh, 1, "rejected");
    await expect.poll(async () => (await told()).spans.length).toBe(before.spans.length + 2);
    await expect
      .poll(
        async () => {
          await requests(mesh, 1, "after");
          return (await told()).dropped;
        },
        { interval: 1000, timeout: 30_000 },
      )
      .toEqual({ "/v1/traces": 1, "/v1/logs": 1 });
    const { records } = await told();
    expect(records.filter(({ body }) => String(body).includes("/rejected"))).toHaveLength(1);
  });

  it("take the metrics of the mesh each minute", async () => {
    await expect.poll(async () => (await told()).metrics, A_PUSH).toContain("http.server.request.duration");
  });
});
