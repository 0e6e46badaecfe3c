// Metrics on their way to a collector: the same as a scrape has, as OTLP's JSON says them.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { pushMetrics } from "../../../src/control/observe/push-metrics.ts";
import { nthObject, shardOf } from "../../../src/decide/signals/objects.ts";
import { newExporting } from "../../../src/observe/export/send.ts";
import { applied, ask, FIRST_LOAD_MS, ROOT_TOKEN, serviceYaml } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const nanos = z.string().regex(/^\d{19}$/);
const attributes = z.array(z.strictObject({ key: z.string(), value: z.strictObject({ stringValue: z.string() }) }));
const named = {
  name: z.string().regex(/^[a-z]+(?:\.[a-z_]+)+$/),
  description: z.string(),
  unit: z.enum(["", "s", "1"]),
};
const number = { attributes, timeUnixNano: nanos, asDouble: z.number() };
const histogram = z.strictObject({
  attributes,
  startTimeUnixNano: nanos,
  timeUnixNano: nanos,
  count: z.string().regex(/^\d+$/),
  sum: z.number(),
  bucketCounts: z.array(z.string().regex(/^\d+$/)).length(15),
  explicitBounds: z.array(z.number()).length(14),
});
const metric = z.union([
  z.strictObject({ ...named, gauge: z.strictObject({ dataPoints: z.array(z.strictObject(number)) }) }),
  z.strictObject({
    ...named,
    sum: z.strictObject({
      aggregationTemporality: z.literal(2),
      isMonotonic: z.literal(true),
      dataPoints: z.array(z.strictObject({ ...number, startTimeUnixNano: nanos })),
    }),
  }),
  z.strictObject({
    ...named,
    histogram: z.strictObject({ aggregationTemporality: z.literal(2), dataPoints: z.array(histogram) }),
  }),
]);
const message = z.object({
  resourceMetrics: z.tuple([
    z.object({ scopeMetrics: z.tuple([z.strictObject({ scope: z.object({}), metrics: z.array(metric) })]) }),
  ]),
});

const asked = { ...env, OTLP_ENDPOINT: "https://collector.example", OTLP_METRICS: "true" };
const never = (): Promise<void> => new Promise(() => undefined);

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "shop"));
  const labels = {
    service: "shop/orders",
    version: "v1",
    route: "HTTPRoute/shop/orders/0",
    endpoint: "e1",
    cluster: "eu",
  };
  const rest = { caller: "anonymous", status: 200, decision: "forwarded", policy: "", tries: 3 };
  const rows = [{ ...labels, ...rest, count: 3, sumMs: 30, buckets: [10, 2, 30, 1] }];
  const batch = { seq: 1, from: Date.now() - 1000, to: Date.now(), rows };
  await env.TELEMETRY?.getByName(nthObject(shardOf("shop/orders", 4), 0)).take({
    isolate: crypto.randomUUID(),
    batches: [batch],
    lost: [],
  });
}, FIRST_LOAD_MS);

it("tells what a scrape tells, cumulative, with buckets that add up", async () => {
  const bodies: string[] = [];
  const urls: string[] = [];
  const fetch = async (url: string, { body }: RequestInit): Promise<Response> => {
    urls.push(url);
    bodies.push(String(body));
    return new Response("{}");
  };
  await pushMetrics(asked, { now: Date.now, random: Math.random, sleep: never, fetch }, newExporting());
  expect(new Set(urls)).toEqual(new Set(["https://collector.example/v1/metrics"]));
  const metrics = bodies.flatMap((body) => message.parse(JSON.parse(body)).resourceMetrics[0].scopeMetrics[0].metrics);
  const scraped = (await ask("GET", "/_selvage/metrics", { token: ROOT_TOKEN })).text;
  const families = [...scraped.matchAll(/^# TYPE (\S+) /gm)].length;
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(families);
  expect(metrics.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["http.server.request.duration", "selvage.requests", "selvage.config.revision"]),
  );
  const points = metrics.flatMap((one) => ("histogram" in one ? one.histogram.dataPoints : []));
  expect(points.length).toBeGreaterThan(0);
  for (const { count, bucketCounts } of points) {
    expect(bucketCounts.reduce((sum, one) => sum + Number(one), 0)).toBe(Number(count));
  }
});

it("is off unless it is asked for, and holds up nobody when the collector refuses: what it missed is counted", async () => {
  let calls = 0;
  const fetch = async (): Promise<Response> => ((calls += 1), new Response(null, { status: 400 }));
  const exporting = newExporting<never>();
  await pushMetrics(
    { ...env, OTLP_ENDPOINT: "https://collector.example" },
    { now: Date.now, random: Math.random, sleep: never, fetch },
    exporting,
  );
  expect(calls).toBe(0);
  await pushMetrics(asked, { now: Date.now, random: Math.random, sleep: never, fetch }, exporting);
  expect(calls).toBeGreaterThan(0);
  expect(exporting.dropped).toBeGreaterThan(0);
});
