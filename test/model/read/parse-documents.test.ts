import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { refusalOf } from "../../support/documents/expect-refusal.ts";
import { minimal } from "../../support/documents/samples.ts";

const service = minimal["Service"]!;
const head = "apiVersion: selvage.dev/v1\nkind: Service\n";

describe("several documents", () => {
  it("collects every finding of every document, each with its document's index", () => {
    const bad = service.replace("orders", "Orders");
    const refusal = refusalOf(
      [service, bad, "", service.replace("shop", "Shop") + "spec: {a: 1, b: 2}\n"].join("---\n"),
    );
    expect(refusal.problem).toBe("validation");
    expect(refusal.detail).toBe('4 findings in 2 of 3 documents. First: "Orders" is not a name (line 7, column 18).');
    expect(refusal.errors?.map(({ code, pointer, line }) => [code, pointer, line])).toEqual([
      ["SLV1108", "#/1/metadata/name", 7],
      ["SLV1108", "#/2/metadata/namespace", 12],
      ["SLV1101", "#/2/spec/a", 13],
      ["SLV1101", "#/2/spec/b", 13],
    ]);
  });

  it("tells at most 200 findings, and how many there are", () => {
    const refusal = refusalOf(Array.from({ length: 150 }, () => `${head}metadata: {name: A, b: c}\n`).join("---\n"));
    expect(refusal.detail).toMatch(/^300 findings in 150 of 150 documents\./);
    expect(refusal.errors).toHaveLength(200);
  });

  it("refuses the same document twice", () => {
    for (const text of [service, service.replace("selvage.dev/v1", "v1")]) {
      expect(refusalOf(`${text}---\n${text}`).errors).toEqual([
        {
          pointer: "#/1/metadata/name",
          code: "SLV1106",
          detail: "Service/shop/orders is in the body twice, first as document 0",
          hint: "Remove or rename one of them.",
          line: text.split("\n").length + 3,
          column: 18,
        },
      ]);
    }
  });

  it("takes a core Service beside ours, since one registry entry may have both", () => {
    expect(parseDocuments(`${service}---\n${service.replace("selvage.dev/v1", "v1")}`, "yaml")).toMatchObject({
      ok: true,
    });
  });

  it("tells documents of one name apart by kind and namespace", () => {
    const others = [service.replace("shop", "web"), minimal["HTTPRoute"]!];
    expect(parseDocuments([service, ...others].join("---\n"), "yaml")).toMatchObject({ ok: true });
  });

  it("has no documents in nothing", () => {
    for (const text of ["", "---\n", "# only words\n---\n...\n", "~\n---\nnull\n", "\n\n"]) {
      expect(parseDocuments(text, "yaml")).toEqual({ ok: true, documents: [], warnings: [] });
    }
  });

  it("refuses more than 20 000 documents", () => {
    const refusal = refusalOf(`[${Array.from({ length: 20_001 }, () => "{}").join()}]`, "json");
    expect(refusal).toMatchObject({ problem: "payloadTooLarge", detail: expect.stringContaining("20001 documents") });
  });

  it("refuses more than 1 MiB, counted in bytes", () => {
    for (const text of ["#".repeat(1_048_577), `#${"€".repeat(350_000)}`]) {
      expect(refusalOf(text)).toEqual({
        problem: "payloadTooLarge",
        detail: "The body is larger than 1048576 bytes. Send fewer documents at a time.",
      });
    }
    expect(parseDocuments("#".repeat(1_048_576), "yaml")).toMatchObject({ ok: true });
  });
});

describe("lists", () => {
  const one = { apiVersion: "selvage.dev/v1", kind: "Service", metadata: { name: "a" } };
  const two = { ...one, metadata: { name: "B" } };

  it.each([
    ["an array", [one, two], 1],
    ["items alone", { items: [one, two] }, 1],
    ["a List, as kubectl prints it", { apiVersion: "v1", kind: "List", metadata: {}, items: [one, two] }, 1],
    ["a list of one kind", { apiVersion: "v1", kind: "ServiceList", items: [one, two] }, 1],
    ["one document", two, 0],
  ])("reads %s", (_, value, index) => {
    const text = JSON.stringify(value, null, 1);
    const [item, ...rest] = refusalOf(text, "json").errors ?? [];
    expect(rest).toEqual([]);
    expect(item).toMatchObject({ code: "SLV1108", pointer: `#/${index}/metadata/name` });
    const line = text.split("\n")[(item?.line ?? 0) - 1];
    expect(line?.slice((item?.column ?? 0) - 1)).toBe('"B"');
  });

  it("counts on through several lists", () => {
    const text = `items: [${JSON.stringify(one)}]\n---\n[${JSON.stringify(two)}]\n`;
    expect(refusalOf(text).errors).toMatchObject([{ pointer: "#/1/metadata/name", line: 3 }]);
  });
});

describe("locate", () => {
  const text = `${service}spec:\n  endpoints:\n    - url: https://a.example.com\n      weight: 2\n`;
  const parsed = parseDocuments(`--- # first\n${text}`, "yaml");
  const locate = (pointer: string): unknown => (parsed.ok ? parsed.documents[0]?.locate(pointer) : null);

  it("finds values, and containers by their key", () => {
    expect(locate("/spec/endpoints/0/url")).toEqual({ line: 7, column: 12 });
    expect(locate("/spec/endpoints/0")).toEqual({ line: 7, column: 7 });
    expect(locate("/spec/endpoints")).toEqual({ line: 6, column: 3 });
    expect(locate("")).toEqual({ line: 2, column: 1 });
  });

  it("falls back on the nearest ancestor", () => {
    expect(locate("/spec/endpoints/0/cluster")).toEqual({ line: 7, column: 7 });
    expect(locate("/spec/endpoints/7/url")).toEqual({ line: 6, column: 3 });
    expect(locate("/status/x")).toEqual({ line: 2, column: 1 });
  });
});
