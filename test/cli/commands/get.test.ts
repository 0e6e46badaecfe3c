// get, describe, delete, export and token against a scripted API.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandBench, result, route } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

describe("get, describe, delete", () => {
  it("asks for the kind as documents spell it, in the namespace of -n, page after page", async () => {
    const second = { ...route, metadata: { ...route.metadata, name: "pay" } };
    await bench.script(({ url }) => ({
      body: url.includes("cursor=")
        ? { items: [second], nextCursor: null, revision: 9 }
        : { items: [route], nextCursor: "abc", revision: 9 },
    }));
    const { code, stdout } = await bench.run("get", "httproutes", "-n", "shop", "-o", "name");
    expect([code, stdout]).toEqual([0, "httproute/orders\nhttproute/pay"]);
    expect(bench.seen.map(({ url }) => url)).toEqual([
      "/_selvage/v1/resources?kind=HTTPRoute&namespace=shop",
      "/_selvage/v1/resources?kind=HTTPRoute&namespace=shop&cursor=abc",
    ]);
  });

  it("asks for all namespaces with -A and selects by labels", async () => {
    await bench.against({ "GET /resources": { body: { items: [], nextCursor: null, revision: 1 } } });
    const { code, stdout, stderr } = await bench.run("get", "gtw", "-A", "-l", "app=shop");
    expect([code, stdout, stderr]).toEqual([0, "", "nothing found"]);
    expect(bench.seen[0]?.url).toBe("/_selvage/v1/resources?kind=Gateway&labelSelector=app%3Dshop");
  });

  it.each([[["get", "HTTPRoute", "orders"]], [["get", "httproute/orders"]]])(
    "shows one document for %j",
    async (args) => {
      await bench.against({ "GET /namespaces/shop/HTTPRoute/orders": { body: route } });
      const { code, stdout } = await bench.run(...args, "-n", "shop", "-o", "json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual(route);
    },
  );

  it("answers 4 for what is not there", async () => {
    await bench.against({});
    expect(await bench.run("get", "svc", "none")).toMatchObject({ code: 4, stdout: "" });
    expect((await bench.run("delete", "svc", "none")).code).toBe(4);
    expect(await bench.run("delete", "svc", "none", "--ignore-not-found")).toMatchObject({ code: 0, stderr: "" });
  });

  it("deletes what it has just read, and nothing newer", async () => {
    const items = [{ ref: "HTTPRoute/shop/orders", action: "delete", from: "7", patch: [] }];
    const summary = { create: 0, update: 0, unchanged: 0, prune: 1 };
    await bench.against({
      "GET /namespaces/shop/HTTPRoute/orders": { body: route, headers: { etag: '"7"' } },
      "DELETE /namespaces/shop/HTTPRoute/orders": { body: result({ items, summary }) },
    });
    const { code, stdout } = await bench.run("delete", "httproute", "orders", "-n", "shop");
    expect([code, stdout]).toEqual([0, "httproute/orders deleted in shop\nrevision 8\nUndo: selvage rollback --to 7"]);
    expect(bench.seen[1]?.headers["if-match"]).toBe('"7"');
  });
});

describe("export", () => {
  it("writes what a user would write: no status, nothing that the server owns", async () => {
    await bench.against({ "GET /resources": { body: { items: [route], nextCursor: null, revision: 9 } } });
    const { code, stdout, stderr } = await bench.run("export");
    expect([code, stderr]).toEqual([0, "1 document of revision 9"]);
    expect(stdout).toBe(
      [
        "apiVersion: gateway.networking.k8s.io/v1",
        "kind: HTTPRoute",
        "metadata:",
        "  name: orders",
        "  namespace: shop",
        "spec:",
        "  rules:",
        "    - backendRefs:",
        "        - name: a",
        "        - name: b",
        "          weight: 10",
      ].join("\n"),
    );
  });
});

describe("token", () => {
  it("prints the secret alone on stdout, and what it may do on stderr", async () => {
    const minted = { id: "t1", name: "ci", role: "operator", namespaces: ["shop"], expiresAt: null };
    await bench.against({ "POST /tokens": { status: 201, body: { ...minted, token: "slv_t1_x" } } });
    const { code, stdout, stderr } = await bench.run(
      "token",
      "create",
      "ci",
      "--role",
      "operator",
      "--namespaces",
      "shop",
    );
    expect([code, stdout]).toEqual([0, "slv_t1_x"]);
    expect(stderr).toBe("token t1 (operator) does not expire; it is not shown again");
    expect(JSON.parse(bench.seen[0]?.body ?? "")).toEqual({ name: "ci", role: "operator", namespaces: ["shop"] });
  });
});
