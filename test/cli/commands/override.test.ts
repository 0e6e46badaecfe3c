// `selvage override`, against a scripted API.
import { afterAll, expect, it } from "vitest";
import { CommandBench, result } from "../../support/command-bench.ts";

const bench = new CommandBench();
afterAll(() => bench.close());

const add = ["override", "add", "tp", "guard", "-n", "shop", "--reason", "brownout", "--for", "30m"];

it("add applies a document with target, patch, reason and the time of its end", async () => {
  await bench.against({
    "GET /namespaces/shop/TrafficPolicy/guard": { body: {} },
    "POST /apply": { body: result({}) },
  });
  const before = Date.now();
  const { code, stdout, stderr } = await bench.run(...add, "--patch", "{timeouts: {request: 1s}}");
  expect([code, stderr]).toEqual([0, ""]);
  const sent = JSON.parse(bench.seen.at(-1)?.body ?? "");
  expect(sent).toMatchObject({
    apiVersion: "selvage.dev/v1",
    kind: "Override",
    metadata: { name: expect.stringMatching(/^trafficpolicy-guard-[0-9a-f]{4}$/), namespace: "shop" },
    spec: {
      target: { kind: "TrafficPolicy", name: "guard" },
      patch: { timeouts: { request: "1s" } },
      reason: "brownout",
    },
  });
  const ahead = Date.parse(sent.spec.expiresAt) - before;
  expect(ahead).toBeGreaterThanOrEqual(30 * 60_000);
  expect(ahead).toBeLessThan(31 * 60_000);
  expect(bench.seen.at(-1)?.url).toBe("/_selvage/v1/apply?manager=cli&reason=brownout");
  expect(stdout).toBe(
    `override/${sent.metadata.name} lies over trafficpolicy/guard until ${sent.spec.expiresAt} (revision 8)`,
  );
});

it.each([
  ["a patch that is no mapping", ["--patch", "[1]"], "--patch wants a mapping"],
  ["a patch that changes nothing", ["--patch", "{}"], "--patch wants a mapping"],
  ["a patch that cannot be read", ["--patch", "{a: "], "--patch wants a mapping"],
  ["a time beyond a day", ["--patch", "{a: 1}", "--for", "25h"], "--for wants a duration of at most 24h"],
  ["no time at all", ["--patch", "{a: 1}", "--for", "0s"], "--for wants a duration of at most 24h"],
])("add refuses %s before anything is sent", async (_, more, message) => {
  await bench.against({});
  const { code, stderr } = await bench.run(...add, ...more);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(bench.seen).toEqual([]);
});

it("add refuses a target that is not there, and writes nothing", async () => {
  await bench.against({ "POST /apply": { body: result({}) } });
  const { code, stdout } = await bench.run(...add, "--patch", "{timeouts: {request: 1s}}");
  expect([code, stdout, bench.seen.map(({ method }) => method)]).toEqual([4, "", ["GET"]]);
});

it("add refuses a kind that does not exist, and wants a reason", async () => {
  await bench.against({});
  const strange = await bench.run("override", "add", "nothing", "x", "--patch", "{a: 1}", "--reason", "y");
  expect([strange.code, strange.stderr]).toEqual([2, 'Error: there is no kind "nothing"']);
  const silent = await bench.run("override", "add", "tp", "x", "--patch", "{a: 1}");
  expect(silent.code).toBe(2);
  expect(silent.stderr).toContain("--reason");
});

const override = {
  apiVersion: "selvage.dev/v1",
  kind: "Override",
  metadata: { name: "fast", namespace: "shop", resourceVersion: "9", updatedBy: "token:mia" },
  spec: {
    target: { kind: "TrafficPolicy", name: "guard" },
    patch: { timeouts: { request: "1s" } },
    reason: "brownout",
    expiresAt: "2026-11-23T13:00:00Z",
  },
  status: {
    conditions: [
      { type: "Accepted", reason: "Accepted" },
      { type: "Active", reason: "InForce" },
    ],
  },
};

it("ls shows target, state, end, who and why", async () => {
  await bench.against({
    "GET /resources": { body: { items: [override], nextCursor: null, revision: 9 } },
  });
  const { code, stdout } = await bench.run("override", "ls", "-n", "shop");
  expect([code, bench.seen.at(-1)?.url]).toEqual([0, "/_selvage/v1/resources?kind=Override&namespace=shop"]);
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ").trim());
  expect(lines[0]).toBe("NAMESPACE | NAME | TARGET | STATE | UNTIL | BY | REASON");
  expect(lines[1]).toBe("shop | fast | trafficpolicy/guard | InForce | 2026-11-23T13:00:00Z | token:mia | brownout");
});

it("ls says when nothing is overridden", async () => {
  await bench.against({ "GET /resources": { body: { items: [], nextCursor: null, revision: 9 } } });
  const { code, stdout, stderr } = await bench.run("override", "ls", "-A");
  expect([code, stdout, stderr]).toEqual([0, "", "nothing is overridden"]);
});

it("rm deletes what it has read, and nothing newer", async () => {
  const path = "/namespaces/shop/Override/fast";
  await bench.against({
    [`GET ${path}`]: { body: override, headers: { etag: '"9"' } },
    [`DELETE ${path}`]: { body: result({}) },
  });
  const { code, stdout } = await bench.run("override", "rm", "fast", "-n", "shop");
  expect([code, stdout]).toEqual([0, "override/fast removed (revision 8)"]);
  expect(bench.seen.at(-1)?.headers["if-match"]).toBe('"9"');
});
