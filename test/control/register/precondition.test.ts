// Entity tags as clients and proxies send them.
import { describe, expect, it } from "vitest";
import { basisOfMesh, basisOfResource, parseTags } from "../../../src/control/register/precondition.ts";
import type { Operator } from "../../../src/control/operator/operator.ts";

const operator: Operator = { name: "token:a", role: "operator", namespaces: null };
const admin: Operator = { name: "bootstrap", role: "admin", namespaces: null };

describe("If-Match", () => {
  it.each([
    [null, { kind: "absent" }],
    ["*", { kind: "any" }],
    [" * ", { kind: "any" }],
    ['"17"', { kind: "tags", tags: ["17"] }],
    ['W/"17"', { kind: "tags", tags: ["17"] }],
    ['"17", W/"18"', { kind: "tags", tags: ["17", "18"] }],
    ['""', { kind: "tags", tags: [""] }],
  ])("reads %j", (header, tags) => {
    expect(parseTags(header)).toEqual(tags);
  });

  it.each(["17", '"17', 'w/"17"', '"17" "18"', '"1"7"', "", '*, "17"'])("refuses %j", (header) => {
    expect(parseTags(header)).toMatchObject({ problem: "badParameter" });
  });
});

describe("what a write is based on", () => {
  const mesh = (header: string | null, who = operator) =>
    basisOfMesh(new Headers(header === null ? {} : { "if-match": header }), who, 17);
  const one = (headers: Record<string, string>, version: number | null, who = operator) =>
    basisOfResource(new Headers(headers), who, "Service/shop/orders", version);

  it("is the mesh's revision for bundles, or whatever is there", () => {
    expect(mesh(null)).toEqual({ expected: null, forced: false });
    expect(mesh('"17"')).toEqual({ expected: 17, forced: false });
    expect(mesh('"16"')).toMatchObject({ problem: "preconditionFailed", extensions: { currentEtag: '"17"' } });
    expect(mesh("*", admin)).toEqual({ expected: null, forced: true });
    expect(mesh("*")).toMatchObject({ problem: "forbidden", extensions: { requiredRole: "admin" } });
  });

  it("is the version of one document, and has to be said", () => {
    expect(one({ "if-match": '"3"' }, 3)).toEqual({ expected: 3, forced: false });
    expect(one({ "if-match": '"3"' }, 4)).toMatchObject({ problem: "preconditionFailed" });
    expect(one({ "if-match": '"3"' }, null)).toMatchObject({ problem: "preconditionFailed" });
    expect(one({ "if-none-match": "*" }, null)).toEqual({ expected: 0, forced: false });
    expect(one({ "if-none-match": "*" }, 3)).toMatchObject({ problem: "preconditionFailed" });
    expect(one({ "if-none-match": '"3"' }, 3)).toMatchObject({ problem: "preconditionRequired" });
    expect(one({}, 3)).toMatchObject({ problem: "preconditionRequired", extensions: { currentEtag: '"3"' } });
    expect(one({ "if-match": "*" }, 3, admin)).toEqual({ expected: null, forced: true });
    expect(one({ "if-match": "*" }, 3)).toMatchObject({ problem: "forbidden" });
  });
});
