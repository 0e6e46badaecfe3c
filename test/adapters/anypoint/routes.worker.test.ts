// What is made of Anypoint's headers, paths and exports, by what they do to requests.
import { describe, expect, it } from "vitest";
import { importAnypoint } from "../../../src/adapters/anypoint/import-anypoint.ts";
import { as, ask, instance, mesh, policy, withPolicies } from "../../support/worker/anypoint-mesh.ts";
import type { TestMesh } from "../../support/worker/test-mesh.ts";

describe("headers", () => {
  it("are written and taken away on both sides", async () => {
    const on = withPolicies(
      policy("header-injection-flex", {
        inboundHeaders: [{ key: "x-in", value: "#['a']" }],
        outboundHeaders: [{ key: "x-out", value: "b" }],
      }),
      policy("header-removal-flex", { inboundHeaders: ["x-secret"], outboundHeaders: [] }),
    );
    const answer = await on.send("http://shop.example/", as({ "x-secret": "s" }));
    const sent = on.sent.at(-1)?.headers;
    expect([sent?.get("x-in"), sent?.get("x-secret"), answer.headers.get("x-out")]).toEqual(["a", null, "b"]);
  });

  it("of CORS are for the origins of the group", async () => {
    const originGroups = [
      {
        origins: ["https://a.example"],
        accessControlMaxAge: 60,
        allowedMethods: [{ methodName: "PUT", allowed: true }],
      },
    ];
    const on = withPolicies(policy("cors-flex", { publicResource: false, supportCredentials: true, originGroups }));
    const preflight = (origin: string): Promise<Response> =>
      on.send("http://shop.example/", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "PUT" },
      });
    const allowed = await preflight("https://a.example");
    expect(
      ["origin", "credentials", "methods"].map((part) => allowed.headers.get(`access-control-allow-${part}`)),
    ).toEqual(["https://a.example", "true", "PUT"]);
    expect((await preflight("https://b.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("paths", () => {
  const routed = (address: string, rules: object[], destinationPath?: string): TestMesh =>
    mesh([
      instance([], {
        address,
        services: {
          orders: {
            address: "http://orders.example/base",
            routes: [{ rules, ...(destinationPath && { config: { destinationPath } }) }],
          },
        },
      }),
    ]);
  const target = async (on: TestMesh, path: string, init?: RequestInit): Promise<string | number> => {
    const { status } = await on.send(`http://shop.example${path}`, init);
    return status === 200 ? (on.sent.at(-1)?.url ?? "") : status;
  };

  it.each<[string, string | undefined, string, string, string | number]>([
    ["/orders(/.*)", "/api", "http://shop.example/", "/orders/1", "http://orders.example/base/api/1"],
    ["/orders(/.*)?", "/api", "http://shop.example/", "/orders", "http://orders.example/base/api"],
    ["/orders/.*", undefined, "http://shop.example/", "/orders/1", "http://orders.example/base/orders/1"],
    ["/orders", undefined, "http://shop.example/v1", "/v1/orders", "http://orders.example/base/orders"],
    ["/orders", undefined, "http://shop.example/v1", "/v1/orders/1", 404],
    ["/orders", undefined, "http://shop.example/v1", "/orders", 404],
    ["/o[0-9]+", undefined, "http://shop.example/", "/o12", "http://orders.example/base/o12"],
    ["/o[0-9]+", undefined, "http://shop.example/", "/ox", 404],
    [String.raw`/o\d`, undefined, "http://shop.example/", "/od", 404],
    [String.raw`/o\d`, undefined, "http://shop.example/", "/o1", "http://orders.example/base/o1"],
    [String.raw`/v1\.0`, undefined, "http://shop.example/", "/v1.0", "http://orders.example/base/v1.0"],
  ])("%s, sent below %s, is found at %s: %s → %s", async (path, destination, address, asked, sent) => {
    expect(await target(routed(address, [{ path }], destination), asked)).toBe(sent);
  });

  it("without routes are all of the service's, below the API's own", async () => {
    expect(await target(mesh([instance([], { address: "http://shop.example/v1" })]), "/v1/a?b=c")).toBe(
      "http://orders.example:8080/a?b=c",
    );
  });

  it("are found with each of their methods where the path is rewritten", async () => {
    const on = routed("http://shop.example/", [{ path: "/a(/.*)", methods: "GET|PUT" }], "/v1");
    expect(await target(on, "/a/1")).toBe("http://orders.example/base/v1/1");
    expect(await target(on, "/a/1", { method: "PUT" })).toBe("http://orders.example/base/v1/1");
    expect(await target(on, "/a/1", { method: "POST" })).toBe(404);
  });

  it("are matched with methods, hosts and headers", async () => {
    const on = routed("http://shop.example/", [{ path: "/a", methods: "GET|PUT", headers: { "x-a": "b.*" } }]);
    expect(await target(on, "/a", as({ "x-a": "bc" }))).toBe("http://orders.example/base/a");
    expect(await target(on, "/a", as({ "x-a": "c" }))).toBe(404);
    expect(await target(on, "/a", { method: "POST", headers: { "x-a": "bc" } })).toBe(404);
  });
});

describe("an export of API Manager", () => {
  const api = {
    id: 17,
    assetId: "orders-api",
    instanceLabel: "Orders (prod)",
    technology: "flexGateway",
    endpoint: { uri: "http://orders.example:8080/", proxyUri: "http://shop.example/orders", deploymentType: "HY" },
    policies: [
      {
        id: 1,
        order: 1,
        template: { assetId: "rate-limiting" },
        configuration: { rateLimits: [{ maximumRequests: 1, timePeriodInMilliseconds: 60_000 }] },
      },
      { id: 2, assetId: "ip-blocklist", disabled: true, configurationData: { ips: ["203.0.113.7"] } },
    ],
    tiers: [
      {
        id: 3,
        name: "Gold",
        autoApprove: true,
        limits: [{ maximumRequests: 9, timePeriodInMilliseconds: 1000, visible: true }],
      },
    ],
  };

  it("is the same API, with its policies in force", async () => {
    const on = mesh([api]);
    expect(await ask(on, "/orders/1")).toBe(200);
    expect(on.sent.at(-1)?.url).toBe("http://orders.example:8080/1");
    expect(await ask(on, "/orders/1")).toBe(429);
    expect(await ask(on, "/")).toBe(404);
  });

  it("has tiers", () => {
    const { documents, notes } = importAnypoint([[api]]);
    const tier = documents.find(({ kind }) => kind === "Tier");
    expect(tier).toMatchObject({
      metadata: { name: "gold" },
      spec: { service: "orders-prod", approval: "auto", limits: [{ requests: 9, window: "1s" }] },
    });
    expect(notes.map(({ severity, pointer }) => `${severity} ${pointer}`)).toEqual(["dropped /policies/1"]);
  });

  it("shares requests between upstreams by weight", () => {
    const routing = [
      {
        upstreams: [
          { id: "b", weight: 90 },
          { uri: "http://new.example", label: "new", weight: 10 },
        ],
      },
    ];
    const upstreams = [{ id: "b", label: "blue", uri: "http://blue.example" }];
    const { documents } = importAnypoint([
      { ...api, endpoint: { proxyUri: "http://shop.example" }, routing, upstreams },
    ]);
    const route = documents.find(({ kind }) => kind === "HTTPRoute");
    expect(route?.spec).toMatchObject({
      rules: [
        {
          backendRefs: [
            { name: "blue", weight: 90 },
            { name: "new", weight: 10 },
          ],
        },
      ],
    });
  });
});
