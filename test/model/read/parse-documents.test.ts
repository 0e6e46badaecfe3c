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
    const told = { problem: "payloadTooLarge", detail: expect.stringContaining("20001 documents") };
    expect(refusal).toMatchObject(told);
    // What comes behind the last one that may be is not looked at.
    expect(refusalOf("---\na: 1\n".repeat(30_000), "yaml")).toMatchObject(told);
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

describe("what kubectl takes", () => {
  const route = (name: string) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name },
    spec: {},
  });
  const names = (text: string): unknown => {
    const parsed = parseDocuments(text, "yaml");
    return parsed.ok
      ? parsed.documents.map(({ document: { kind, metadata } }) => `${kind}/${metadata.namespace}/${metadata.name}`)
      : parsed.refusal.detail;
  };

  it.each([
    ["a line each", "\n"],
    ["none between them", ""],
    ["blank lines", "\n\n  \n"],
  ])("is a stream of JSON objects, with %s", (_, between) => {
    const text = ["a", "b", "c"].map((name) => JSON.stringify(route(name))).join(between);
    expect(names(text)).toEqual(["a", "b", "c"].map((name) => `HTTPRoute/default/${name}`));
  });

  it("is told of a fault in such a stream by its line and column", () => {
    const text = `${JSON.stringify(route("a"))}\n  ${JSON.stringify(route("B"))}`;
    const [item] = refusalOf(text).errors ?? [];
    expect(item).toMatchObject({ pointer: "#/1/metadata/name", line: 2 });
    expect(text.split("\n")[1]?.slice((item?.column ?? 0) - 1)).toMatch(/^"B"/);
  });

  it("is no stream where something else is between the objects", () => {
    for (const text of ["{} x", "{}\n1", "{},{}", "{", '{"a": 1, "a": 2}\n{}']) {
      expect(parseDocuments(text, "yaml").ok).toBe(false);
    }
  });

  it("is several files in one, each with its byte order mark", () => {
    const [one, two, three] = ["a", "b", "c"].map((name) => JSON.stringify(route(name)));
    expect(names(`\uFEFF${one}\n---\n\uFEFF${two}\n\uFEFF---\n${three}\n`)).toEqual(
      ["a", "b", "c"].map((name) => `HTTPRoute/default/${name}`),
    );
  });

  it("is a list of one kind whose items leave it to the list", () => {
    const { apiVersion, metadata, spec } = route("a");
    const list = { apiVersion, kind: "HTTPRouteList", metadata: {}, items: [{ metadata, spec }, route("b")] };
    expect(names(JSON.stringify(list))).toEqual(["HTTPRoute/default/a", "HTTPRoute/default/b"]);
  });

  it("is a list without items, and a namespace that is empty", () => {
    expect(names("apiVersion: v1\nkind: List\nitems:\n")).toEqual([]);
    expect(names("apiVersion: v1\nkind: HTTPRouteList\n")).toEqual([]);
    const empty = { ...route("a"), metadata: { name: "a", namespace: "" } };
    expect(names(JSON.stringify(empty))).toEqual(["HTTPRoute/default/a"]);
  });

  it("costs no more than its length", () => {
    for (const text of ["{}".repeat(500_000), "{}\n".repeat(340_000), "{} ".repeat(340_000), '{"a":'.repeat(200_000)]) {
      const before = performance.now();
      expect(parseDocuments(text, "yaml").ok).toBe(false);
      expect(performance.now() - before).toBeLessThan(60_000);
    }
  });
});
