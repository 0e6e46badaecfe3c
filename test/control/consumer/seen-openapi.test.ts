import { describe, expect, it } from "vitest";
import { seenOpenApi } from "../../../src/control/consumer/seen-openapi.ts";

const AT = ["https://mesh.example/svc/orders.shop/"];

describe("an OpenAPI description for consumers", () => {
  it("names the mesh in place of where the service runs, with the path that stands behind it", () => {
    const servers = [
      { url: "https://10.0.0.7:8443/api/v2", description: "in rack 7" },
      { url: "//orders.internal/v2" },
      { url: "/v2" },
    ];
    expect(seenOpenApi({ openapi: "3.1.0", servers }, AT, ["", "/api"])["servers"]).toEqual([
      { url: "https://mesh.example/svc/orders.shop/v2" },
    ]);
  });

  it("takes a server that cannot be read for the service itself, as one that is not named", () => {
    for (const servers of [
      undefined,
      [],
      "x",
      [{ url: "https://{region}.internal/{base}" }],
      [{ url: "http://[" }],
      [7],
    ]) {
      expect(seenOpenApi({ openapi: "3.1.0", servers }, AT, [])["servers"]).toEqual([
        { url: "https://mesh.example/svc/orders.shop" },
      ]);
    }
  });

  it("names every address of the service", () => {
    const { servers } = seenOpenApi({ openapi: "3.1.0" }, [...AT, "https://orders.shop.mesh.example/"], []);
    expect(servers).toEqual([
      { url: "https://mesh.example/svc/orders.shop" },
      { url: "https://orders.shop.mesh.example" },
    ]);
  });

  it("does so on paths, operations and webhooks, and leaves everything else as it is", () => {
    const internal = [{ url: "http://10.0.0.7/x" }];
    const seen = [{ url: "https://mesh.example/svc/orders.shop/x" }];
    const schema = { properties: { servers: { type: "array", example: internal } } };
    const description = (servers: unknown): object => ({
      openapi: "3.1.0",
      servers,
      info: { title: "Orders", "x-team": "shop" },
      paths: { "/a": { servers, get: { servers, summary: "A" }, parameters: [{ name: "q", in: "query" }] }, "/b": {} },
      webhooks: { paid: { post: { servers } } },
      components: { schemas: { Servers: schema } },
    });
    expect(seenOpenApi({ ...description(internal) }, AT, [])).toEqual(description(seen));
  });

  it("does so on links and on what paths and answers are made of elsewhere", () => {
    const description = (server: object): object => {
      const answer = { description: "made", links: { next: { operationId: "next", server } } };
      return {
        openapi: "3.1.0",
        servers: [server],
        paths: { "/a": { get: { responses: { "200": answer, "404": { $ref: "#/components/responses/none" } } } } },
        components: {
          pathItems: { kept: { servers: [server], get: { servers: [server], responses: { "200": answer } } } },
          responses: { answer },
          links: { self: { server }, plain: { operationId: "next" } },
        },
      };
    };
    const seen = seenOpenApi({ ...description({ url: "http://10.0.0.7/x" }) }, AT, []);
    expect(seen).toEqual(description({ url: "https://mesh.example/svc/orders.shop/x" }));
  });

  it("reads Swagger 2, too", () => {
    const old = { swagger: "2.0", host: "10.0.0.7:8443", basePath: "/v2", schemes: ["http", "ws"], paths: {} };
    expect(seenOpenApi(old, AT, [])).toEqual({
      swagger: "2.0",
      host: "mesh.example",
      basePath: "/svc/orders.shop/v2",
      schemes: ["https"],
      paths: {},
    });
  });
});
