// `selvage limit preview`, against a scripted API.
import { afterAll, expect, it } from "vitest";
import { previewLines } from "../../../src/cli/commands/limit-preview.ts";
import type { LimitPreviewAnswer } from "../../../src/model/api/limits.ts";
import { CommandBench } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const NOW = Date.parse("2026-11-23T12:00:00Z");
const preview = (more: Partial<LimitPreviewAnswer> = {}): LimitPreviewAnswer => ({
  namespace: "shop",
  policy: "per-client",
  limit: "steady",
  mode: "leased",
  shadow: false,
  numbers: { requests: 300, window: "1m", burst: 50, algorithm: "gcra" },
  current: { requests: 600, window: "1m", burst: 100, algorithm: "gcra" },
  since: "2026-11-23T11:18:00Z",
  asked: 4000,
  refused: 10,
  wouldRefuse: 250,
  peakPerSecond: 40,
  unattributed: 0,
  keys: [{ key: ["192.0.2.1"], overflow: false, asked: 3000, refused: 10, wouldRefuse: 250, peakPerSecond: 30 }],
  moreKeys: 0,
  ...more,
});

it("a preview tells the whole first, then the keys", () => {
  expect(previewLines(preview(), NOW)).toEqual([
    "per-client/steady: 300 in 1m, burst 50: 6.3 % of 4000 requests refused, since 42m (as it was: 0.3 %)",
    "KEY         ASKED   REFUSED   WOULD REFUSE   PEAK/S",
    "192.0.2.1   3000    10        250            30",
    "(all)       4000    10        250            40",
  ]);
  expect(previewLines(preview({ moreKeys: 7, unattributed: 12 }), NOW).slice(-2)).toEqual([
    "7 more keys: --keys 8",
    "12 requests of keys too many to keep apart count as admitted",
  ]);
});

it("a preview says why it knows nothing", () => {
  expect(previewLines(preview({ since: null }), NOW)).toEqual([
    "per-client/steady: 300 in 1m, burst 50: no request is known of",
  ]);
  expect(previewLines(preview({ mode: "local", since: null }), NOW)[0]).toContain("nobody knows the demand");
});

it("asks about one limit of a policy with the numbers given, and prints data as they came", async () => {
  await bench.against({ "GET /limits/preview": { body: { items: [preview()] } } });
  const words = ["limit", "preview", "per-client/steady", "-n", "shop", "--requests", "300", "--window", "1m"];
  const { code, stdout } = await bench.run(...words, "--burst", "50", "-o", "json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ items: [preview()] });
  const { searchParams } = new URL(bench.seen.at(-1)?.url ?? "", "http://mesh");
  expect(Object.fromEntries(searchParams)).toEqual({
    policy: "shop/per-client",
    limit: "steady",
    requests: "300",
    window: "1m",
    burst: "50",
    keys: "20",
  });
});

it("asks about all limits as they are when nothing else is said, and refuses half a number", async () => {
  await bench.against({ "GET /limits/preview": { body: { items: [preview()] } } });
  const { code, stdout } = await bench.run("limit", "preview", "per-client");
  expect([code, stdout.split("\n")[1]?.split(/ {2,}/)[0]]).toEqual([0, "KEY"]);
  expect(bench.seen.at(-1)?.url).toBe("/_selvage/v1/limits/preview?policy=default%2Fper-client&keys=20");
  expect((await bench.run("limit", "preview", "per-client", "--requests", "1.5")).code).toBe(2);
});
