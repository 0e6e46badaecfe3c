// A real Prometheus that scrapes one mesh every second; absent on some machines, never in CI.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../ports.ts";

/** Why a test with Prometheus cannot run here; null = it can, or it must (CI). */
export function prometheusMissing(): string | null {
  const isThere = ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);
  return isThere || process.env.SELVAGE_CI !== undefined ? null : "prometheus is not installed on this machine";
}

export interface Prometheus {
  /** Values of an instant query by their labels, as JSON; of a query without labels by `{}`. */
  query(text: string): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

export async function startPrometheus(target: string, token: string): Promise<Prometheus> {
  const port = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), "selvage-prometheus-"));
  const file = join(folder, "prometheus.yaml");
  writeFileSync(
    file,
    `global: {scrape_interval: 1s}
scrape_configs:
  - job_name: selvage
    metrics_path: /_selvage/metrics
    authorization: {credentials: ${token}}
    static_configs: [{targets: ["${target}"]}]
`,
  );
  const child = spawn(
    "prometheus",
    [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    query: async (text) => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(text)}`);
      const told = (await answer.json()) as { data: { result: { metric: object; value: [number, string] }[] } };
      return new Map(told.data.result.map(({ metric, value }) => [JSON.stringify(metric), Number(value[1])]));
    },
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
