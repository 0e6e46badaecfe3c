// Programs of others that speak OTLP, where `.ci/otlp-tools` put them: absent on most machines, in CI only where their
// packages cannot be had, which it says.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const FOLDER = process.env.SELVAGE_OTLP_TOOLS ?? "/opt/selvage-otlp";

/** Debian's own: what `python3` is elsewhere does not know its packages. */
export const PYTHON = "/usr/bin/python3";
export const PYTHON_ENV = { ...process.env, PYTHONPATH: join(FOLDER, "usr/lib/python3/dist-packages") };
export const VICTORIA_METRICS = join(FOLDER, "usr/bin/victoria-metrics");

const unavailable = process.env.SELVAGE_NO_OTLP_TOOLS;

/** Why a test with OpenTelemetry's messages cannot run here; null = it can, or it must (CI). */
export function messagesMissing(): string | null {
  const named = "import google.protobuf, opentelemetry.proto.trace.v1.trace_pb2";
  return missing(spawnSync(PYTHON, ["-c", named], { env: PYTHON_ENV }).status === 0);
}

/** Why a test with VictoriaMetrics cannot run here; null = it can, or it must (CI). */
export function victoriaMetricsMissing(): string | null {
  return missing(spawnSync(VICTORIA_METRICS, ["-version"]).status === 0);
}

function missing(isThere: boolean): string | null {
  if (isThere || (process.env.SELVAGE_CI !== undefined && unavailable === undefined)) {
    return null;
  }
  return unavailable ?? "`.ci/otlp-tools` was not run on this machine, or python3-protobuf is not installed";
}
