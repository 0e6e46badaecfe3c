import { describe, expect, it } from "vitest";
import { describeApi } from "../../../src/dashboard/catalog/api-operations.ts";

const parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "integer", format: "int64" },
  description: "d",
};
const document = {
  info: { title: "Orders", version: "1" },
  paths: {
    "/orders/{id}": {
      parameters: [{ $ref: "#/components/parameters/Id" }],
      get: {
        summary: "One order",
        responses: {
          200: {
            description: "ok",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
          },
        },
      },
      post: {
        deprecated: true,
        requestBody: { content: { "application/json": { schema: { type: "array", items: { $ref: "#/x/Line" } } } } },
      },
    },
  },
  components: { parameters: { Id: parameter }, schemas: { Order: { type: "object" } } },
};

describe("an OpenAPI description", () => {
  it("becomes a list of operations in plain words", () => {
    const { title, operations, more } = describeApi(document);
    expect([title, more, operations.length]).toEqual(["Orders", 0, 2]);
    expect(operations[0]).toMatchObject({
      method: "GET",
      path: "/orders/{id}",
      summary: "One order",
      parameters: [{ name: "id", where: "path, required", type: "integer (int64)", about: "d" }],
      answers: [{ status: "200", about: "ok", type: "application/json Order" }],
    });
    expect(operations[1]).toMatchObject({ method: "POST", deprecated: true, body: "application/json list of Line" });
  });

  it("is read whatever form its parts have", () => {
    for (const odd of [
      {},
      { paths: [] },
      { paths: { "/a": null, "/b": { get: "x" } } },
      { info: 7, paths: { "/a": { get: {} } } },
    ]) {
      expect(describeApi(odd).title).toBe("");
    }
    const strange = {
      paths: {
        "/a": { get: { parameters: [7, { $ref: "#/nowhere" }, { $ref: "https://x/y" }], responses: { 200: [] } } },
      },
    };
    expect(describeApi(strange).operations[0]?.parameters).toHaveLength(3);
  });

  it("ends, though its references go in a circle", () => {
    const circle = { paths: { "/a": { get: { parameters: [{ $ref: "#/c/A" }] } } }, c: { A: { $ref: "#/c/A" } } };
    expect(describeApi(circle).operations).toHaveLength(1);
  });

  it("of very many operations shows the first and counts the others", () => {
    const paths = Object.fromEntries(Array.from({ length: 500 }, (_, nth) => [`/p${nth}`, { get: {} }]));
    const { operations, more } = describeApi({ paths });
    expect([operations.length, more]).toEqual([300, 200]);
  });

  it("never reads what its objects inherit", () => {
    const inherited = { paths: { "/a": { get: { parameters: [{ $ref: "#/constructor/name" }] } } } };
    expect(describeApi(inherited).operations[0]?.parameters[0]?.name).toBe("");
  });
});
