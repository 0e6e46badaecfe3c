// A real Prometheus reads a mesh under load: what it says of each golden signal is what the callers themselves counted.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Stats } from "../../src/model/api/signals.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { prometheusMissing, startPrometheus, type Prometheus } from "../support/journeys/prometheus.ts";

const missing = prometheusMissing();
const REQUESTS = 2000;
const AT_ONCE = 48;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Milliseconds: most are quick, one in twenty is slow; what a busy machine adds on the way is little beside either. */
const delayOf = (nth: number): number => (nth % 20 === 0 ? 600 : 120);
const STATUSES = [200, 200, 200, 200, 200, 200, 200, 404, 429, 503];

describe.skipIf(missing !== null)(`Prometheus${missing === null ? "" : `: ${missing}`}`, () => {
  let mesh: TestMesh;
  let prometheus: Prometheus;
  const backend = createServer((request, response) => {
    const nth = Number(request.url?.split("/").at(-1));
    setTimeout(() => response.writeHead(STATUSES[nth % STATUSES.length] ?? 200).end("x"), delayOf(nth));
  });
  const seen = new Map<number, number>();
  const took: number[] = [];

  beforeAll(async () => {
    backend.listen(0, "127.0.0.1");
    await once(backend, "listening");
    const address = backend.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    mesh = await startMesh({ edges: 2, args: ["--no-demo"] });
    prometheus = await startPrometheus(new URL(mesh.url).host, mesh.token);
    const applied = await mesh.cli(
      ["apply", "--wait", "-f", "-"],
      `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: load}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:${port}", version: v1}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: load}
spec: {targetRefs: [{kind: Service, name: load}], retry: {attempts: 0}}
`,
    );
    expect(applied.stderr + applied.stdout).toContain("revision");
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < REQUESTS) {
        const nth = next++;
        const begunAt = performance.now();
        const answer = await fetch(`${mesh.urls[nth % 2]}/svc/load/${nth}`);
        took.push((performance.now() - begunAt) / 1000);
        await answer.arrayBuffer();
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    const told = async (): Promise<void> => {
      expect((await prometheus.query("sum(http_server_request_duration_seconds_count)")).get("{}")).toBe(REQUESTS);
    };
    await vi.waitFor(told, { timeout: 30_000, interval: 250 });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await mesh?.stop();
    backend.close();
  });

  it("counts traffic and errors as their callers did", async () => {
    const counted = await prometheus.query(
      'sum by (http_response_status_code) (http_server_request_duration_seconds_count{service="default/load"})',
    );
    const told = [...counted].map(([labels, value]) => [/\d+/.exec(labels)?.[0], value]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(seen));
    const { value } = ok(await mesh.client.call<Stats>("GET", "/stats", { query: { service: "load" } }));
    expect(value.total).toMatchObject({ requests: REQUESTS, errors: seen.get(503), limited: seen.get(429) });
  });

  it("tells percentiles within one bucket of what their callers measured", async () => {
    for (const share of [0.5, 0.99]) {
      const query = `histogram_quantile(${share}, sum by (le) (http_server_request_duration_seconds_bucket))`;
      const told = (await prometheus.query(query)).get("{}") ?? 0;
      const measured = took.toSorted((a, b) => a - b)[Math.ceil(took.length * share) - 1] ?? 0;
      const bucket = (seconds: number): number => BOUNDS.findIndex((bound) => seconds <= bound);
      expect(Math.abs(bucket(told) - bucket(measured)), `p${share}: ${told} of ${measured}`).toBeLessThanOrEqual(1);
    }
  });

  it("tells saturation as the time that requests took: longer than their service, shorter than their callers said", async () => {
    const sum = (await prometheus.query("sum(http_server_request_duration_seconds_sum)")).get("{}") ?? 0;
    const own = took.reduce((total, one) => total + one, 0);
    const served = Array.from({ length: REQUESTS }, (_, nth) => delayOf(nth)).reduce((total, one) => total + one, 0);
    expect(sum).toBeGreaterThan((0.98 * served) / 1000);
    expect(sum).toBeLessThan(1.01 * own);
  });

  it("says of the mesh that it is whole, and of both edges that they report", async () => {
    expect((await prometheus.query("selvage_telemetry_dropped_total")).values().next().value).toBe(0);
    expect((await prometheus.query("selvage_telemetry_reporters")).values().next().value).toBe(2);
    expect((await prometheus.query("selvage_config_isolates"))?.size).toBe(2);
    expect((await prometheus.query("up")).values().next().value).toBe(1);
  });

  it("finds nothing to say about the whole page, nor about the rules", async () => {
    const headers = { authorization: `Bearer ${mesh.token}` };
    const text = await (await fetch(`${mesh.url}/_selvage/metrics`, { headers })).text();
    expect(execFileSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8", stdio: "pipe" })).toBe("");
    const folder = new URL("../../examples/prometheus/", import.meta.url).pathname;
    const rules = ["recording.yaml", "alerts.yaml"].map((name) => `${folder}${name}`);
    expect(execFileSync("promtool", ["check", "rules", ...rules], { encoding: "utf8" })).toContain("SUCCESS");
  });
});

function ok<T>(answer: { ok: true; value: T } | { ok: false }): { value: T } {
  if (!answer.ok) {
    throw new Error("no answer");
  }
  return answer;
}
