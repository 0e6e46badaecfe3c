// The body that apply sends, and the way back from its lines to files.
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { bundleSources } from "../../../src/cli/session/bundle-sources.ts";

const documentsIn = (body: string): unknown[] =>
  parseAllDocuments(body).flatMap((document) => (document.contents === null ? [] : [document.toJS()]));

describe("bundleSources", () => {
  it("sends a single file as it is", () => {
    const text = "kind: A\n---\nkind: B\n";
    expect(bundleSources([{ path: "a.yaml", text }]).body).toBe(text);
  });

  it("separates files, and finds every line again", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\nname: one\n" },
      { path: "b.yaml", text: "# about b\nkind: B" },
    ]);
    expect(bundle.body).toBe("kind: A\nname: one\n---\n# about b\nkind: B\n");
    expect(bundle.locate(2, 7)).toEqual({ path: "a.yaml", line: 2, column: 7, text: "name: one" });
    expect(bundle.locate(5)).toEqual({ path: "b.yaml", line: 2, column: null, text: "kind: B" });
  });

  it("finds what is missing at the end of a file at its end", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\nlist: [1\n" },
      { path: "b.yaml", text: "kind: B" },
    ]);
    expect(bundle.locate(3, 1)).toEqual({ path: "a.yaml", line: 2, column: 9, text: "list: [1" });
    expect(bundle.locate(99, 1)).toEqual({ path: "b.yaml", line: 1, column: 8, text: "kind: B" });
  });

  it("adds no separator before a file that begins with one, also below comments", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\n" },
      { path: "b.yaml", text: "---\nkind: B\n" },
      { path: "c.yaml", text: "# c\n\n--- # third\nkind: C\n" },
    ]);
    expect(bundle.body).toBe("kind: A\n---\nkind: B\n# c\n\n--- # third\nkind: C\n");
    expect(documentsIn(bundle.body)).toEqual([{ kind: "A" }, { kind: "B" }, { kind: "C" }]);
    expect(bundle.locate(7)?.path).toBe("c.yaml");
    expect(bundle.locate(7)?.line).toBe(4);
  });

  it("ends the document before a file with directives", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\n" },
      { path: "b.yaml", text: "%YAML 1.2\n---\nkind: B\n" },
    ]);
    expect(documentsIn(bundle.body)).toEqual([{ kind: "A" }, { kind: "B" }]);
  });

  it("sends JSON objects that stand one after the other as documents, and finds their lines again", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\n" },
      { path: "b.json", text: '{"kind": "B"}\n{"kind":\n "C"} {"kind": "D"}\n' },
    ]);
    expect(documentsIn(bundle.body)).toEqual([{ kind: "A" }, { kind: "B" }, { kind: "C" }, { kind: "D" }]);
    const places = bundle.body
      .split("\n")
      .flatMap((line, index) => (line.includes("D") ? [bundle.locate(index + 1)] : []));
    expect(places).toEqual([{ path: "b.json", line: 3, column: null, text: ' "C"} {"kind": "D"}' }]);
  });

  it("leaves a list whole whose items leave their kind to it", () => {
    const list = { apiVersion: "v1", kind: "ServiceList", items: [{ metadata: { name: "a" } }] };
    expect(documentsIn(bundleSources([{ path: "a.json", text: JSON.stringify(list) }]).body)).toEqual([list]);
  });

  it("sends one JSON document as a YAML document, tabs or not", () => {
    const bundle = bundleSources([
      { path: "a.yaml", text: "kind: A\n" },
      { path: "b.json", text: '{\n\t"kind": "B",\n\t"spec": {"x": "a\\tb"}\n}\n' },
    ]);
    expect(documentsIn(bundle.body)).toEqual([{ kind: "A" }, { kind: "B", spec: { x: "a\tb" } }]);
    expect(bundle.locate(4, 2)).toEqual({ path: "b.json", line: 2, column: 2, text: '\t"kind": "B",' });
  });

  it.each([
    ["an array", '[\n  {"kind": "A"},\n  {"kind": "B",\n   "n": 1}\n]\n'],
    [
      "a list as kubectl writes it",
      '{"kind": "List", "metadata": {}, "items": [\n  {"kind": "A"},\n  {"kind": "B",\n   "n": 1}]}\n',
    ],
  ])("makes one document of each item of %s, at the lines and columns of the file", (_what, text) => {
    const bundle = bundleSources([{ path: "list.json", text }]);
    expect(documentsIn(bundle.body)).toEqual([{ kind: "A" }, { kind: "B", n: 1 }]);
    const line = bundle.body.split("\n").findIndex((one) => one.includes('"n": 1'));
    const column = (bundle.body.split("\n")[line] ?? "").indexOf('"n"') + 1;
    expect(bundle.locate(line + 1, column)).toMatchObject({ path: "list.json", line: 4, column: 4 });
  });

  it("leaves what cannot be read to the mesh, line for line", () => {
    const bundle = bundleSources([{ path: "broken.json", text: '{"kind": \n' }]);
    expect(bundle.body).toBe('{"kind": \n');
    expect(bundle.locate(1)?.path).toBe("broken.json");
  });

  it("leaves out empty files", () => {
    const bundle = bundleSources([
      { path: "empty.yaml", text: "\n \n" },
      { path: "a.yaml", text: "kind: A\n" },
    ]);
    expect(bundle.body).toBe("kind: A\n");
    expect(bundle.locate(1)?.path).toBe("a.yaml");
  });
});
