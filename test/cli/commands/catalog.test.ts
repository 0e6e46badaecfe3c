// catalog against a scripted API: by whose word it asks, and what is told.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await bench.close();
});

const tier = { name: "gold", approval: "manual", limits: [{ name: "steady", requests: 5, window: "1m" }] };
const prices = {
  namespace: "shop",
  name: "prices",
  description: "What things cost",
  owner: "shop-team",
  exposure: "public",
  labels: {},
  addresses: ["/svc/prices.shop/"],
  versions: [{ version: "v1", endpoints: 1 }],
  endpoints: [],
  openapi: "/_selvage/v1/catalog/shop/prices/openapi.json",
  links: [{ title: "Guide", url: "https://docs.example/guide" }],
  tiers: [tier],
  contracts: [{ application: "web/mobile", tier: "gold" }],
};
const brief = {
  ...prices,
  name: "stock",
  description: null,
  openapi: null,
  versions: [],
  links: [],
  tiers: [],
  contracts: [],
};
const catalog = { "GET /catalog": { body: { items: [prices, brief], revision: 3 } } };

describe("catalog", () => {
  it("asks by the application's credentials where the environment has them", async () => {
    vi.stubEnv("SELVAGE_CLIENT_ID", "slvc_1");
    vi.stubEnv("SELVAGE_CLIENT_SECRET", "slvs:1 %");
    await bench.against(catalog);
    const { code, stdout } = await bench.run("catalog");
    expect([code, stdout.split("\n")]).toEqual([
      0,
      [
        "API           EXPOSURE   CONTRACT   TIERS   OPENAPI   ABOUT",
        "shop/prices   public     gold       gold    yes       What things cost",
        "shop/stock    public     -          -       -         -",
      ],
    ]);
    expect(bench.seen[0]?.headers["authorization"]).toBe(`Basic ${btoa("slvc_1:slvs%3A1%20%25")}`);
    expect(bench.seen[0]?.url).toBe("/_selvage/v1/catalog?view=consumers");
  });

  it("asks as an operator otherwise, within the namespace that is named", async () => {
    await bench.against(catalog);
    expect((await bench.run("catalog", "-n", "shop", "-o", "name")).stdout).toBe("shop/prices\nshop/stock");
    expect(bench.seen[0]?.headers["authorization"]).toBe("Bearer t");
    expect(bench.seen[0]?.url).toBe("/_selvage/v1/catalog?view=consumers&namespace=shop");
  });

  it("shows one API at length", async () => {
    await bench.against(catalog);
    const { code, stdout } = await bench.run("catalog", "shop/prices");
    expect([code, stdout.replaceAll(/127\.0\.0\.1:\d+/g, "mesh").split("\n")]).toEqual([
      0,
      [
        "api       shop/prices",
        "about     What things cost",
        "owner     shop-team",
        "exposure  public",
        "address   http://mesh/svc/prices.shop/",
        "versions  v1",
        "openapi   selvage catalog shop/prices --openapi",
        "link      Guide: https://docs.example/guide",
        "contract  web/mobile, tier gold",
        "tier      gold (manual): 5 in 1m",
      ],
    ]);
  });

  it("prints a description as JSON, and the mesh's word where there is none for the reader", async () => {
    await bench.against({ "GET /catalog/shop/prices/openapi.json": { body: { openapi: "3.1.0" } } });
    expect(JSON.parse((await bench.run("catalog", "shop/prices", "--openapi")).stdout)).toEqual({ openapi: "3.1.0" });
    const { code, stderr } = await bench.run("catalog", "shop/stock", "--openapi");
    expect([code, stderr]).toEqual([4, expect.stringContaining("no /catalog/shop/stock/openapi.json")]);
  });

  it("says what is not there, and what is missing", async () => {
    await bench.against({ "GET /catalog": { body: { items: [], revision: 3 } } });
    expect(await bench.run("catalog")).toEqual({ code: 0, stdout: "", stderr: "no API that you may see" });
    const absent = await bench.run("catalog", "orders", "-n", "shop");
    expect([absent.code, absent.stderr]).toEqual([
      4,
      expect.stringContaining("there is no API shop/orders, or you may not see it"),
    ]);
    const unnamed = await bench.run("catalog", "--openapi");
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining("--openapi needs the name of a service"),
    ]);
  });
});
