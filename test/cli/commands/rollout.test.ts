// `selvage rollout`, against a scripted API.
import { afterAll, expect, it } from "vitest";
import type { RolloutStatus } from "../../../src/model/api/rollouts.ts";
import { CommandBench } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const orders: RolloutStatus = {
  namespace: "shop",
  name: "orders",
  service: "orders",
  known: true,
  phase: "progressing",
  version: 17,
  weight: 10,
  step: 2,
  steps: [
    { weight: 1, holdMs: 60_000 },
    { weight: 10, holdMs: 60_000 },
    { weight: 100, holdMs: null },
  ],
  stepSince: "2026-11-23T12:00:00.000Z",
  watchedMs: 30_000,
  heardAt: "2026-11-23T12:00:30.000Z",
  odds: 1.234,
  alarm: 300,
  stable: { version: "v1", requests: 900, failed: 1, p99Ms: 40 },
  canary: { version: "v2", requests: 100, failed: 0, p99Ms: 45 },
  guards: [{ name: "requests", verdict: "waits", says: "100 of 500 requests to v2" }],
  looks: [],
  turns: [
    { at: "2026-11-23T11:59:00.000Z", phase: "progressing", step: 1, weight: 1, reason: "v2 is tried", actor: null },
    { at: "2026-11-23T12:00:00.000Z", phase: "progressing", step: 2, weight: 10, reason: "looks well", actor: "mia" },
  ],
};
const lines = (text: string): string[] => text.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ").trim());
const listing = (...items: readonly RolloutStatus[]) => ({ "GET /rollouts": { body: { items, more: false } } });

it("get shows a line for each, and of one what speaks for and against its step and what was decided", async () => {
  await bench.against(listing(orders, { ...orders, name: "carts", known: false }));
  const all = await bench.run("rollout", "get", "-n", "shop");
  expect([all.code, bench.seen.at(-1)?.url]).toEqual([0, "/_selvage/v1/rollouts?namespace=shop"]);
  expect(lines(all.stdout)[1]).toMatch(
    /^shop\/orders \| orders \| v2 \| progressing \| 10 % \| 2 of 3 \| \S+ \| 100 \| 0 \| 1.23 of 300$/,
  );
  expect(lines(all.stdout)[2]).toMatch(/^shop\/carts \| orders \| v2 \| unknown/);
  const one = lines((await bench.run("rollout", "get", "orders", "-n", "shop")).stdout);
  expect(one).toContain("requests | waits | 100 of 500 requests to v2");
  expect(one).toContain("2026-11-23T12:00:00.000Z | progressing | 10 % | mia | looks well");
  expect(one).toContain("version 17");
});

it("get says that a Rollout is not there", async () => {
  await bench.against(listing(orders));
  const { code, stderr } = await bench.run("rollout", "get", "other", "-n", "shop");
  expect([code, stderr.trim()]).toEqual([4, "there is no Rollout shop/other"]);
});

it.each([
  [["promote", "orders", "--full"], { full: true }],
  [["pause", "orders", "--reason", "lunch"], { reason: "lunch" }],
  [["resume", "orders"], {}],
  [["abort", "orders"], {}],
  [["retry", "orders"], {}],
] as const)("%s is a call of its own", async ([verb, ...rest], body) => {
  const receipt = { ...orders, phase: "paused", obeyedWithinMs: 2000 };
  await bench.against({ [`POST /rollouts/shop/orders/${verb}`]: { body: receipt } });
  const { code, stdout } = await bench.run("rollout", verb, ...rest, "-n", "shop");
  expect([code, stdout.trim()]).toEqual([0, "rollout/orders is paused at 10 %: every isolate obeys within 2 s"]);
  expect(JSON.parse(bench.seen.at(-1)?.body ?? "null")).toEqual(body);
});

it("an order holds only for the state that was looked at, where that is said", async () => {
  const problem = { status: 412, body: { status: 412, code: "SLV3001", title: "moved", detail: "It has moved since" } };
  await bench.against({ "POST /rollouts/shop/orders/abort": problem });
  const { code } = await bench.run("rollout", "abort", "orders", "-n", "shop", "--if-version", "17");
  expect([code, bench.seen.at(-1)?.headers["if-match"]]).toEqual([5, '"17"']);
});

it("watch tells each turn, and ends as the Rollout does", async () => {
  await bench.against(listing({ ...orders, phase: "promoted" }));
  const good = await bench.run("rollout", "watch", "orders", "-n", "shop");
  expect([good.code, lines(good.stdout)[1]]).toEqual([
    0,
    "2026-11-23T12:00:00.000Z progressing step 2 10 % mia: looks well",
  ]);
  await bench.against(listing({ ...orders, phase: "rolled-back" }));
  expect((await bench.run("rollout", "watch", "orders", "-n", "shop")).code).toBe(1);
});
