import { describe, expect, it } from "vitest";
import { parseDocument, parseDocuments } from "../../src/model/parse-documents.ts";
import { refusalOf, specOf, told } from "../support/documents/expect-refusal.ts";
import { minimal } from "../support/documents/samples.ts";

const service = minimal["Service"]!;
const head = "apiVersion: selvage.dev/v1\nkind: Service\n";

describe("the envelope", () => {
  it.each([
    [
      "an unknown kind that is near a known one",
      service.replace("Service", "Srvice"),
      'SLV1102 /kind 2:7 | There is no kind "Srvice" | Did you mean Service?',
    ],
    [
      "a kind in the wrong case",
      service.replace("Service", "service"),
      'SLV1102 /kind 2:7 | There is no kind "service" | Did you mean Service?',
    ],
    [
      "a kind that is served elsewhere only",
      service.replace("Service", "GRPCRoute"),
      "SLV1107 /kind 2:7 | GRPCRoute cannot be served: gRPC ends every call with HTTP/2 trailers, which the Workers runtime does not pass on | Use an HTTPRoute: gRPC-Web passes as HTTP.",
    ],
    [
      "another apiVersion",
      service.replace("selvage.dev/v1", "selvage.dev/v2"),
      'SLV1103 /apiVersion 1:13 | There is no Service in "selvage.dev/v2" | Write apiVersion: selvage.dev/v1 or v1.',
    ],
    [
      "no apiVersion",
      "kind: Cluster\nmetadata: {name: x}\n",
      'SLV1105 /apiVersion 1:1 | The field "apiVersion" is missing in the document | Add apiVersion: selvage.dev/v1.',
    ],
    [
      "a field beside the five",
      `${service}specs: {}\n`,
      'SLV1101 /specs 4:1 | There is no field "specs" in the document | Did you mean spec?',
    ],
    [
      "no metadata",
      head,
      'SLV1105 /metadata 1:1 | The field "metadata" is missing in the document | Add metadata with a name.',
    ],
    [
      "no name",
      `${head}metadata: {namespace: x}\n`,
      'SLV1105 /metadata/name 3:1 | The field "name" is missing in metadata | Add name.',
    ],
    [
      "no spec where one is needed",
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n",
      'SLV1105 /spec 1:1 | The field "spec" is missing in the document | Add spec: without it the HTTPRoute says nothing.',
    ],
    [
      "a mesh-wide kind in a namespace",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, namespace: y}\n",
      'SLV1108 /metadata/namespace 3:32 | A Namespace belongs to the whole mesh, not to the namespace "y" | Remove namespace.',
    ],
    [
      "a text instead of a document",
      "hello\n",
      "SLV1104  1:1 | A document must be a mapping with apiVersion, kind, metadata and spec | Check the indentation and the --- lines.",
    ],
    [
      "labels that are not text",
      `${head}metadata:\n  name: a\n  labels:\n    version: 1\n    bad key: x\n`,
      'SLV1104 /metadata/labels/version 6:14 | Expected a text, found the number 1 | Put it in quotes: "1".',
      'SLV1104 /metadata/labels/bad key 7:5 | "bad key" is not a label key | Use up to 63 letters, digits, - _ . with an optional domain/ in front.',
    ],
    [
      "a number that JSON cannot say",
      `${head}metadata: {name: a}\nspec: {openapi: {inline: {a: .nan}}}\n`,
      "SLV1104 /spec/openapi/inline/a 4:30 | NaN is not a number that a document can hold | Write a finite number.",
    ],
  ])("refuses %s", (_, text, ...findings) => {
    expect(told(text)).toEqual(findings);
  });

  it.each(["A", "-a", "a-", "a_b", "a.b", "a".repeat(64), '""', '"a b"', "ä"])("refuses the name %s", (name) => {
    expect(told(`${head}metadata: {name: ${name}}\n`)).toEqual([
      expect.stringMatching(/^SLV1108 \/metadata\/name 3:18 \| .* is not a name \| Use 1 to 63 lower-case letters/),
    ]);
  });

  it.each(["a", "'0'", "a-b", "a".repeat(63), "v1"])("takes the name %s", (name) => {
    expect(parseDocuments(`${head}metadata: {name: ${name}}\n`, "yaml")).toMatchObject({ ok: true });
  });

  it("says why each kind that it cannot serve is refused, and what to do", () => {
    for (const kind of [
      "GRPCRoute",
      "TCPRoute",
      "TLSRoute",
      "UDPRoute",
      "GatewayClass",
      "Deployment",
      "VirtualService",
    ]) {
      const [item] = refusalOf(service.replace("Service", kind)).errors ?? [];
      expect(item).toMatchObject({
        code: "SLV1107",
        detail: expect.stringMatching(`^${kind} cannot be served: .{20}`),
      });
      expect(item?.hint).toMatch(/\.$/);
    }
  });
});

describe("what is taken and not kept", () => {
  it("ignores status and what servers write into metadata", () => {
    const owned =
      "uid: x, resourceVersion: '7', generation: 3, creationTimestamp: null, managedFields: [{}], revision: 4";
    const text = `${head}metadata: {name: a, ${owned}}\nstatus: {conditions: []}\n`;
    const parsed = parseDocuments(text, "yaml");
    expect(parsed.ok && parsed.documents[0]?.document).toEqual({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: "a", namespace: "default", labels: {}, annotations: {} },
      spec: { exposure: "mesh", assertion: "caller", endpoints: [], links: [] },
    });
  });

  it("counts a null as absent, as Kubernetes does, but keeps it where anything is kept", () => {
    expect(
      specOf(`${head}metadata: {name: a, labels: }\nspec:\n  owner:\n  endpoints: [{url: null, binding: B}]\n`),
    ).toEqual({
      exposure: "mesh",
      assertion: "caller",
      endpoints: [{ binding: "B", weight: 1, priority: 0 }],
      links: [],
    });
    const core = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: null}\n";
    expect(specOf(core)).toEqual({ clusterIP: null });
  });

  it("still misses a required field that is null", () => {
    expect(told(`${head}metadata: {name: null}\n`)).toEqual([
      'SLV1105 /metadata/name 3:18 | The field "name" is missing in metadata | Add name.',
    ]);
  });

  it("keeps a core Service's spec as it stands", () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}], whatever: true}\n";
    expect(specOf(text)).toEqual({ ports: [{ port: 80 }], whatever: true });
  });
});

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

describe("parseDocument", () => {
  it("reads a value and fills its defaults", () => {
    const parsed = parseDocument({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    expect(parsed).toEqual({
      ok: true,
      document: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", namespace: "default", labels: {}, annotations: {} },
        spec: {},
      },
      warnings: [],
    });
  });

  it("tells findings by pointers without an index, and without places", () => {
    const parsed = parseDocument({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: "a" },
      spec: { x: 1 },
    });
    expect(parsed.ok ? [] : parsed.refusal.errors).toEqual([
      {
        pointer: "#/spec/x",
        code: "SLV1101",
        detail: 'There is no field "x" in spec',
        hint: expect.stringMatching(/^The fields there are description, owner, exposure,/),
      },
    ]);
  });

  it("refuses a value that nests for ever", () => {
    let value: unknown = {};
    for (let depth = 0; depth < 10_000; depth++) value = { a: value };
    expect(parseDocument(value)).toMatchObject({
      ok: false,
      refusal: { problem: "malformed", errors: [{ code: "SLV1110", pointer: "#" }] },
    });
  });
});

it("warns of header names that differ only by case, which the specification ignores", () => {
  const text = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: web}
spec:
  rules:
    - matches: [{headers: [{name: x-a, value: "1"}, {name: X-A, value: "2"}]}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: b, value: c}, {name: B, value: d}]}}]
`;
  const parsed = parseDocuments(text, "yaml");
  const common = { severity: "warning", code: "SLV1111", ref: "HTTPRoute/web/r", hint: "Remove one of the two." };
  expect(parsed.ok && parsed.warnings).toEqual([
    {
      ...common,
      pointer: "/spec/rules/0/matches/0/headers/1/name",
      message: "The header X-A is ignored: an earlier entry has the same name in other case.",
    },
    {
      ...common,
      pointer: "/spec/rules/0/filters/0/requestHeaderModifier/set/1/name",
      message: "The header B is ignored: an earlier entry has the same name in other case.",
    },
  ]);
});
