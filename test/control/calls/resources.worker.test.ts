// Lists of documents: filters, selectors, pages.
import { beforeAll, describe, expect, it } from "vitest";
import { resourceListSchema } from "../../../src/model/api/resource.ts";
import { api, applied, FIRST_LOAD_MS, serviceYaml } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

describe("GET /resources", () => {
  beforeAll(async () => {
    await emptyRegistry();
    const labelled = (name: string, labels: string) =>
      `---\napiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop, labels: ${labels}}\n`;
    await applied(
      labelled("a", "{team: shop, tier: gold}") +
        labelled("b", "{team: shop}") +
        labelled("c", "{}") +
        serviceYaml("d", "bank"),
    );
  }, FIRST_LOAD_MS);
  const names = async (query: string): Promise<string[]> =>
    (await api("GET", `/resources${query}`)).body.items.map(({ metadata }) => metadata.name);

  it("lists everything, with the revision as ETag", async () => {
    const { body, headers } = await api("GET", "/resources");
    expect(resourceListSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ nextCursor: null, revision: 1 });
    expect(headers.get("etag")).toBe('"1"');
    expect(await names("")).toEqual(["d", "a", "b", "c"]);
  });

  it.each([
    ["?namespace=shop", ["a", "b", "c"]],
    ["?kind=services&namespace=bank", ["d"]],
    ["?kind=HTTPRoute", []],
    ["?labelSelector=team%3Dshop", ["a", "b"]],
    ["?labelSelector=team%3Dshop,tier!%3Dgold", ["b"]],
    ["?labelSelector=tier%20in%20(gold,silver)", ["a"]],
    ["?labelSelector=!team&namespace=shop", ["c"]],
  ])("filters by %s", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("pages by cursor until there is none", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await api("GET", `/resources?limit=1${cursor && `&cursor=${cursor}`}`);
      expect(body.items).toHaveLength(1);
      seen.push(body.items[0]!.metadata.name);
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(["d", "a", "b", "c"]);
  });

  it.each([
    ["?kind=nonsense", "#/query/kind", 'There is no kind "nonsense".'],
    ["?limit=0", "#/query/limit", '"0" is no whole number from 1 to 500'],
    ["?limit=501", "#/query/limit", '"501" is no whole number from 1 to 500'],
    ["?limit=many", "#/query/limit", '"many" is no whole number from 1 to 500'],
    ["?cursor=%25%25", "#/query/cursor", "It cannot be read."],
    ["?labelSelector=a%20b", "#/query/labelSelector", "A part cannot be read."],
    ["?namespce=shop", "#/query/namespce", 'There is no query parameter "namespce".'],
  ])("refuses %s", async (query, pointer, detail) => {
    const { status, body } = await api("GET", `/resources${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "SLV1008", errors: [{ pointer, detail }] });
  });
});
