// What the mesh tells elsewhere in protobuf, taken by a real VictoriaMetrics, which takes nothing else.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import type { TestMesh } from "../support/mesh.ts";
import { A_PUSH, meshTelling, requests, stopped } from "../support/otlp/mesh-telling.ts";
import { VICTORIA_METRICS, victoriaMetricsMissing } from "../support/otlp/tools.ts";
import { freePorts } from "../support/ports.ts";

let backend: Backend;
beforeAll(async () => (backend = await startBackend("one")));
afterAll(() => backend?.close());

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
    mesh = await meshTelling(
      {
        OTLP_ENDPOINT: `${url}/opentelemetry`,
        OTLP_PROTOCOL: "http/protobuf",
        OTLP_METRICS: "true",
      },
      backend.url,
    );
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
