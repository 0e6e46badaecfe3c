// patch, label, annotate, edit, wait and the several forms of delete, against a scripted API.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandBench, result, route } from "../../support/command-bench.ts";
import { problem } from "../../support/scripted-api.ts";

let bench: CommandBench;
beforeEach(async () => {
  bench = new CommandBench();
  await bench.against({
    "GET /namespaces/shop/HTTPRoute/orders": {
      body: { ...route, metadata: { ...route.metadata, labels: { app: "shop" } } },
      headers: { etag: '"7"' },
    },
    "PUT /namespaces/shop/HTTPRoute/orders": {
      body: { ...route, metadata: { ...route.metadata, resourceVersion: "8" }, revision: 8, warnings: [] },
    },
    "POST /apply": { body: result({ dryRun: true }) },
    "DELETE /namespaces/shop/HTTPRoute/orders": { body: result({}) },
  });
});
afterEach(() => bench.close());

const put = (): unknown => {
  const seen = bench.seen.find(({ method }) => method === "PUT");
  return seen === undefined ? null : JSON.parse(seen.body);
};

describe("small changes of one document", () => {
  it("patch merges over what users write, and writes only what nobody changed meanwhile", async () => {
    const { code, stdout } = await bench.run(
      "patch",
      "httproute",
      "orders",
      "-n",
      "shop",
      "-p",
      "{spec: {hostnames: [a.example]}}",
    );
    expect([code, stdout]).toEqual([
      0,
      "httproute/orders configured in shop\nrevision 8\nUndo: selvage rollback --to 7",
    ]);
    expect(put()).toEqual({
      apiVersion: route.apiVersion,
      kind: "HTTPRoute",
      metadata: { name: "orders", namespace: "shop", labels: { app: "shop" } },
      spec: { ...route.spec, hostnames: ["a.example"] },
    });
    expect(bench.seen.at(-1)?.headers["if-match"]).toBe('"7"');
  });

  it("patch plans without writing when it is to be a dry run", async () => {
    const words = ["patch", "httproute/orders", "-n", "shop", "-p", "{spec: {hostnames: []}}", "--dry-run"];
    const { code, stdout } = await bench.run(...words);
    expect([code, put()]).toEqual([0, null]);
    expect(bench.seen.at(-1)?.url).toBe("/_selvage/v1/apply?manager=cli&dryRun=true");
    expect(stdout).toContain("(dry run)");
  });

  it("patch takes operations of RFC 6902", async () => {
    const operations =
      '[{"op":"replace","path":"/spec/rules/0/backendRefs/1/weight","value":3},{"op":"remove","path":"/spec/rules/0/backendRefs/0"}]';
    expect((await bench.run("patch", "httproute/orders", "-n", "shop", "--type", "json", "-p", operations)).code).toBe(
      0,
    );
    expect(put()).toMatchObject({ spec: { rules: [{ backendRefs: [{ name: "b", weight: 3 }] }] } });
  });

  it.each([
    ["no patch at all", ["-p", "a: {"], "neither JSON nor YAML"],
    ["a list where a mapping is wanted", ["-p", "[1]"], "wants a mapping"],
    [
      "a path that is not there",
      ["--type", "json", "-p", '[{"op":"remove","path":"/spec/none"}]'],
      "nothing at /spec/none",
    ],
  ])("patch refuses %s and writes nothing", async (_, more, message) => {
    const { code, stderr } = await bench.run("patch", "httproute", "orders", "-n", "shop", ...more);
    expect([code, put()]).toEqual([2, null]);
    expect(stderr).toContain(message);
  });

  it("label sets and takes away, and changes a value only when told to", async () => {
    expect((await bench.run("label", "httproute", "orders", "team=a", "app-", "-n", "shop")).code).toBe(0);
    expect(put()).toMatchObject({ metadata: { labels: { team: "a" } } });
    const refused = await bench.run("label", "httproute/orders", "app=other", "-n", "shop");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--overwrite")]);
    expect((await bench.run("annotate", "httproute/orders", "note=x y", "-n", "shop")).code).toBe(0);
  });

  it("edit writes what the editor saved, and nothing when nothing was changed", async () => {
    const editor = join(bench.folder, "editor");
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/name: a/name: z/" "$1"\n');
    chmodSync(editor, 0o755);
    const before = process.env.SELVAGE_EDITOR;
    try {
      process.env.SELVAGE_EDITOR = "true";
      expect(await bench.run("edit", "httproute", "orders", "-n", "shop")).toMatchObject({
        code: 0,
        stderr: "nothing was changed",
      });
      expect(put()).toBeNull();
      process.env.SELVAGE_EDITOR = editor;
      expect((await bench.run("edit", "httproute", "orders", "-n", "shop")).code).toBe(0);
      expect(put()).toMatchObject({ spec: { rules: [{ backendRefs: [{ name: "z" }, { name: "b" }] }] } });
    } finally {
      if (before === undefined) {
        delete process.env.SELVAGE_EDITOR;
      } else {
        process.env.SELVAGE_EDITOR = before;
      }
    }
  });

  it("wait ends when the field has the value, and says what it waited for when it does not", async () => {
    const met = await bench.run(
      "wait",
      "httproute",
      "orders",
      "-n",
      "shop",
      "--for",
      "jsonpath={.metadata.labels.app}=shop",
    );
    expect(met).toMatchObject({ code: 0, stdout: "httproute/orders in shop condition met" });
    expect((await bench.run("wait", "httproute", "none", "-n", "shop", "--for", "delete")).code).toBe(0);
    const late = await bench.run(
      "wait",
      "httproute",
      "orders",
      "-n",
      "shop",
      "--for",
      "condition=Accepted",
      "--timeout",
      "1",
    );
    expect([late.code, late.stderr]).toEqual([8, expect.stringContaining("timed out after 1 s")]);
    expect((await bench.run("wait", "httproute", "orders", "--for", "nonsense")).code).toBe(2);
  });

  it("delete takes the documents of files, last first, and tries with --dry-run", async () => {
    const file = bench.file(
      "r.yaml",
      `{apiVersion: ${route.apiVersion}, kind: HTTPRoute, metadata: {name: orders, namespace: shop}, spec: {rules: [{backendRefs: [{name: a}]}]}}`,
    );
    expect((await bench.run("delete", "-f", file, "--dry-run")).code).toBe(0);
    expect(bench.seen.at(-1)).toMatchObject({ method: "DELETE", url: expect.stringContaining("dryRun=true") });
    expect((await bench.run("delete", "httproute", "orders", "none", "-n", "shop")).code).toBe(4);
    expect((await bench.run("delete", "httproute", "-f", file)).code).toBe(2);
  });
});

it("a failure is JSON under -o json, for programs", async () => {
  await bench.against({ "GET /resources": problem(403, "SLV2003", "Not permitted.") });
  const { code, stderr } = await bench.run("get", "svc", "-o", "json");
  expect(code).toBe(3);
  expect(JSON.parse(stderr)).toMatchObject({ code: "SLV2003", status: 403, exitCode: 3 });
});

it("explain tells a field's type, default and meaning, and the nearest for one that is not there", async () => {
  const { code, stdout } = await bench.run("explain", "trafficpolicy.circuitBreaker");
  expect(code).toBe(0);
  expect(stdout).toContain("TrafficPolicy (selvage.dev/v1).spec.circuitBreaker");
  expect(stdout).toMatch(/circuitBreaker\.openFor +duration/);
  expect(await bench.run("explain", "service.exposur")).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('did you mean "exposure"'),
  });
});

it("columns and paths of the caller's own", async () => {
  await bench.against({ "GET /resources": { body: { items: [route], nextCursor: null, revision: 7 } } });
  const columns = await bench.run(
    "get",
    "httproutes",
    "-n",
    "shop",
    "-o",
    "custom-columns=NAME:.metadata.name,WHO:.metadata.updatedBy,X:.none",
  );
  expect(columns.stdout).toBe("NAME     WHO   X\norders   mia   <none>");
  const path = await bench.run("get", "httproutes", "-n", "shop", "-o", "jsonpath={.items[*].metadata.name}");
  expect(path.stdout).toBe("orders");
  expect((await bench.run("get", "svc", "-o", "jsonpath={.a")).code).toBe(2);
  expect((await bench.run("get", "svc", "-o", "custom-columns=NAME")).code).toBe(2);
});
