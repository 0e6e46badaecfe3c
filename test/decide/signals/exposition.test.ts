import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { exposition, type Family } from "../../../src/decide/signals/exposition.ts";
import { addSparse, bucketOf, BUCKETS } from "../../../src/decide/signals/histogram.ts";
import { metricRows } from "../../../src/decide/signals/metric-rows.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import type { SignalRow } from "../../../src/model/message/signals.ts";

const AT = Date.UTC(2026, 0, 1);

const row = (more: Partial<SignalRow>, ms = 30): SignalRow => ({
  ...otherLabels("shop/cart"),
  version: "v1",
  route: "Service/shop/cart",
  endpoint: "one",
  cluster: "eu",
  caller: "anonymous",
  decision: "forwarded",
  policy: "",
  status: 200,
  count: 2,
  sumMs: 2 * ms,
  tries: 3,
  buckets: [bucketOf(ms), 2],
  ...more,
});

function histogram(times: readonly number[]): Family {
  const counts = new Float64Array(BUCKETS);
  for (const ms of times) {
    addSparse(counts, [bucketOf(ms), 1]);
  }
  const exemplar = { labels: { trace_id: "0af7651916cd43dd8448eb211c80319c" }, ms: 30, at: AT };
  const sample = { labels: { service: "shop/cart" }, counts, sumMs: 1030, exemplar };
  return { type: "histogram", name: "took_seconds", help: "How long.", samples: [sample] };
}

describe("exposition", () => {
  it("writes histograms with the bounds of the convention, cumulative and exact", () => {
    const text = exposition([histogram([5, 6, 30, 999, 10_001])], "prometheus");
    expect(text.match(/_bucket/g)).toHaveLength(15);
    expect(text.split("\n").slice(0, 6)).toEqual([
      "# HELP took_seconds How long.",
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{service="shop/cart",le="0.005"} 1',
      'took_seconds_bucket{service="shop/cart",le="0.01"} 2',
      'took_seconds_bucket{service="shop/cart",le="0.025"} 2',
      'took_seconds_bucket{service="shop/cart",le="0.05"} 3',
    ]);
    expect(text).toContain('le="1.0"} 4\n');
    expect(text).toContain(
      'le="+Inf"} 5\ntook_seconds_sum{service="shop/cart"} 1.03\ntook_seconds_count{service="shop/cart"} 5\n',
    );
  });

  it("puts an exemplar on the one bucket that it is in, and only where OpenMetrics is spoken", () => {
    const text = exposition([histogram([30])], "openMetrics");
    expect(text.match(/# \{trace_id="0af7651916cd43dd8448eb211c80319c"\} 0\.03 1767225600/g)).toHaveLength(1);
    expect(text).toMatch(/le="0\.05"\} 1 # \{/);
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(exposition([histogram([30])], "prometheus")).not.toContain("trace_id");
  });

  it("names counters as each format wants, and leaves out what has no samples", () => {
    const family: Family = { type: "counter", name: "tries", help: "Tries.", samples: [{ labels: {}, value: 3 }] };
    expect(exposition([family], "prometheus")).toBe(
      "# HELP tries_total Tries.\n# TYPE tries_total counter\ntries_total 3\n",
    );
    expect(exposition([family], "openMetrics")).toContain("# TYPE tries counter\ntries_total 3\n# EOF");
    expect(exposition([{ ...family, samples: [] }], "prometheus")).toBe("\n");
  });

  it("escapes what labels say, and lets none of it begin a line or a label", () => {
    const caller = 'a"} 1\nevil{x="\\y\uD800';
    const text = exposition(metricRows([row({ caller })]), "prometheus");
    expect(text).toContain('selvage_client="a\\"} 1\\nevil{x=\\"\\\\y\uFFFD"');
    expect(text.split("\n").filter((line) => line.startsWith("evil"))).toEqual([]);
  });
});

describe("metricRows", () => {
  it("adds up rows that a family does not tell apart", () => {
    const text = exposition(
      metricRows([row({ caller: "a" }), row({ caller: "b" }), row({ status: 503, tries: 0 })]),
      "prometheus",
    );
    expect(text).toContain('http_response_status_code="200",le="+Inf"} 4\n');
    expect(text).toContain('selvage_retries_total{service="shop/cart",http_route="Service/shop/cart"} 2\n');
  });

  it("names what led nowhere, and refusals of limits by limiter", () => {
    const nowhere = row({ service: "", route: "none", status: 404 });
    const limited = row({ status: 429, decision: "limit", policy: "RateLimitPolicy/shop/l", caller: "c" });
    const text = exposition(metricRows([nowhere, limited]), "prometheus");
    expect(text).toContain('service="_none",service_version="v1",http_route="_unmatched"');
    expect(text).toContain(
      'selvage_ratelimit_decisions_total{limiter="RateLimitPolicy/shop/l",decision="deny",service="shop/cart",selvage_client="c"} 2\n',
    );
  });

  it("stays small however many rows there are, and loses no request", () => {
    const rows = Array.from({ length: 20_000 }, (_, nth) =>
      row({ route: `HTTPRoute/shop/r/${nth}`, endpoint: `e${nth}` }),
    );
    const text = exposition(metricRows(rows), "prometheus");
    expect(text.length).toBeLessThan(6_000_000);
    const counts = [...text.matchAll(/^http_server_request_duration_seconds_count\{.*\} (\d+)$/gm)];
    expect(counts).toHaveLength(1001);
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(40_000);
  });

  const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
  it.skipIf(!hasPromtool && process.env.SELVAGE_CI !== "1")("is what promtool finds nothing to say about", () => {
    const rows = [
      row({}),
      row({ status: 429, decision: "limit", policy: "RateLimitPolicy/shop/l" }),
      row({ service: "" }),
    ];
    const text = exposition(metricRows(rows), "prometheus");
    expect(execFileSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8", stdio: "pipe" })).toBe("");
  });
});
