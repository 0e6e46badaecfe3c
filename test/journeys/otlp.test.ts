// What the mesh tells elsewhere in protobuf: spans, lines of the access log and metrics, read by OpenTelemetry's own
// messages in a process beside it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import type { TestMesh } from "../support/mesh.ts";
import { A_PUSH, meshTelling, requests, stopped } from "../support/otlp/mesh-telling.ts";
import { messagesMissing, PYTHON, PYTHON_ENV } from "../support/otlp/tools.ts";

let backend: Backend;
beforeAll(async () => (backend = await startBackend("one")));
afterAll(() => backend?.close());

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
    mesh = await meshTelling(
      {
        OTLP_ENDPOINT: url,
        OTLP_PROTOCOL: "http/protobuf",
        OTLP_LOGS: "true",
        OTLP_METRICS: "true",
        ACCESS_LOG: "100",
        TRACE_PERCENT: "100",
      },
      backend.url,
    );
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
