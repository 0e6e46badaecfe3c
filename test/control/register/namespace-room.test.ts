// What an operator who is limited to namespaces may write in one of them, so that nobody else pays for it.
import { describe, expect, it } from "vitest";
import { lacksRoom, MOST_BYTES, MOST_DOCUMENTS } from "../../../src/control/register/namespace-room.ts";
import type { Operator } from "../../../src/control/operator/operator.ts";
import type { Document } from "../../../src/model/document/document.ts";
import type { StoredDocument } from "../../../src/model/registry/registry.ts";
import { parseOne } from "../../../src/model/read/parse-document.ts";

const limited: Operator = { name: "token:a", role: "operator", namespaces: ["evil", "shop"] };
const unlimited: Operator = { name: "token:b", role: "operator", namespaces: null };

function service(name: string, namespace = "evil", spec: object = {}): Document {
  const parsed = parseOne({ apiVersion: "selvage.dev/v1", kind: "Service", metadata: { name, namespace }, spec });
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed));
  }
  return parsed.document;
}
const services = (count: number, namespace = "evil"): Document[] =>
  Array.from({ length: count }, (_, at) => service(`s${at}`, namespace));
const created = (after: Document) => ({
  ref: `Service/${after.metadata.namespace}/${after.metadata.name}`,
  action: "create" as const,
  before: null,
  after,
});
const stored = (document: Document): StoredDocument => ({ document }) as StoredDocument;

describe("a namespace", () => {
  it(`has room for ${MOST_DOCUMENTS} documents of limited operators, and for as many as others like`, () => {
    const one = created(service("s0"));
    expect(lacksRoom(limited, [one], services(MOST_DOCUMENTS))).toBeNull();
    expect(lacksRoom(limited, [one], services(MOST_DOCUMENTS + 1))).toMatchObject({
      problem: "forbidden",
      extensions: { requiredNamespace: "*" },
    });
    expect(lacksRoom(unlimited, [one], services(MOST_DOCUMENTS + 1))).toBeNull();
  });

  it("has room for so many bytes, those of descriptions for people aside", () => {
    const text = "x".repeat(MOST_BYTES / 2);
    const big = (name: string): Document =>
      service(name, "evil", {
        endpoints: [{ url: `https://a.example/${"x".repeat(2000)}` }, { url: `https://b.example/${"x".repeat(2000)}` }],
      });
    const many = Array.from({ length: 200 }, (_, at) => big(`b${at}`));
    expect(lacksRoom(limited, [created(many[0]!)], many)).toMatchObject({ problem: "forbidden" });
    const described = Array.from({ length: 4 }, (_, at) =>
      service(`d${at}`, "evil", { openapi: { inline: { openapi: "3.1.0", info: { title: text, version: "1" } } } }),
    );
    expect(lacksRoom(limited, [created(described[0]!)], described)).toBeNull();
  });

  it("is not filled by what is in another, and one that is too full may shrink", () => {
    const next = services(MOST_DOCUMENTS + 500, "shop");
    expect(lacksRoom(limited, [created(service("new"))], [...next, service("new")])).toBeNull();
    const before = stored(service("s0", "shop", { endpoints: [{ url: "https://a.example" }] }));
    const smaller = { ref: "Service/shop/s0", action: "update" as const, before, after: service("s0", "shop") };
    const gone = { ref: "Service/shop/s0", action: "delete" as const, before, after: null };
    expect([lacksRoom(limited, [smaller], next), lacksRoom(limited, [gone], next)]).toEqual([null, null]);
  });
});
