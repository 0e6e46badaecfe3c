import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import { shardOf } from "../../../src/decide/signals/objects.ts";
import { applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const PATH = "/_selvage/metrics";

beforeAll(async () => {
  await emptyRegistry();
  await applied(
    serviceYaml("orders", "shop", 'exposure: public, endpoints: [{url: "https://orders.example"}]') +
      serviceYaml("ledger", "bank"),
  );
  for (const service of ["shop/orders", "bank/ledger"]) {
    const labels = {
      ...otherLabels(service),
      caller: "anonymous",
      status: 200,
      decision: "forwarded",
      policy: "IPAccessPolicy/infra/hidden",
    };
    const exemplar = { requestId: "request-1", traceId: null, ms: 30, at: Date.now() };
    const route = "HTTPRoute/infra/hidden/0";
    const row = { ...labels, route, count: 7, sumMs: 210, tries: 7, buckets: [21, 7], exemplar };
    const batch = { seq: 1, from: Date.now(), to: Date.now(), rows: [row] };
    const name = `signals-${shardOf(service, 4)}`;
    await env.TELEMETRY?.getByName(name).take({ isolate: service, batches: [batch], lost: [] });
  }
}, FIRST_LOAD_MS);

it("tells services and the mesh in Prometheus' text, and in OpenMetrics where that is asked for", async () => {
  const plain = await ask("GET", PATH);
  expect(plain.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  for (const line of [
    /^http_server_request_duration_seconds_count\{service="shop\/orders",.*\} 7$/m,
    /^selvage_endpoint_healthy\{service="shop\/orders",.*\} 1$/m,
    /^selvage_config_revision 1$/m,
    /^selvage_mesh_object_up 1$/m,
    /^selvage_telemetry_dropped_total\{stage="isolate"\} 0$/m,
    /^selvage_telemetry_objects_unreachable 0$/m,
  ]) {
    expect(plain.text).toMatch(line);
  }
  const open = await ask("GET", PATH, { headers: { accept: "application/openmetrics-text; version=1.0.0" } });
  expect(open.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  const least = await ask("GET", PATH, { headers: { accept: "application/openmetrics-text;q=0.1, text/plain" } });
  expect(least.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(open.text).toMatch(/ # \{request_id="request-1"\} 0\.03 \d+/);
});

it("needs a token unless it is public, and shows one namespace's operator no other", async () => {
  expect((await ask("GET", PATH, { token: null })).status).toBe(401);
  const everybody = await ask("GET", PATH, { token: null, env: { METRICS_PUBLIC: "true" } });
  expect([everybody.status, everybody.text.includes("bank/ledger")]).toEqual([200, true]);
  const { text } = await ask("GET", PATH, { token: await tokenFor("viewer", ["bank"]) });
  expect(text).toContain('service="bank/ledger"');
  expect(text).not.toMatch(/shop\/orders|selvage_config|selvage_telemetry|infra/);
});

it("says which objects it could not ask, and answers all the same", async () => {
  const sent = env.TELEMETRY === undefined ? {} : { env: { TELEMETRY: failingNamespace(env.TELEMETRY) } };
  const { status, text } = await ask("GET", PATH, sent);
  expect(status).toBe(200);
  expect(text).toMatch(/^selvage_telemetry_objects_unreachable 4$/m);
});
