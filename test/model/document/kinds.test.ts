import { describe, expect, it } from "vitest";
import { kindByAnyName, kindNames, kinds } from "../../../src/model/document/kinds.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { minimal, rich } from "../../support/documents/samples.ts";

describe("kindByAnyName", () => {
  it("knows every kind by name, plural and short form, in any case", () => {
    for (const { kind, plural, short } of Object.values(kinds)) {
      for (const name of [kind, plural, ...short]) {
        for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
          expect([spelled, kindByAnyName(spelled)]).toEqual([spelled, kind]);
        }
      }
    }
  });

  it("has no name that means two kinds", () => {
    const names = Object.values(kinds).flatMap(({ kind, plural, short }) => [kind.toLowerCase(), plural].concat(short));
    expect(new Set(names).size).toBe(names.length);
  });

  it("takes a name with its API group, and nothing else", () => {
    expect(kindByAnyName("httproutes.gateway.networking.k8s.io")).toBe("HTTPRoute");
    for (const text of ["", "routes", "constructor", "__proto__", "toString"]) {
      expect(kindByAnyName(text)).toBeNull();
    }
  });
});

it("has the same kind as key and as field", () => {
  expect(kindNames).toEqual(Object.keys(kinds));
});

it.each(Object.entries(minimal))("reads the smallest %s", (kind, text) => {
  const parsed = parseDocuments(text, "yaml");
  expect(parsed).toMatchObject({ ok: true, warnings: [] });
  expect(parsed.ok && parsed.documents.map(({ document }) => document.kind)).toEqual([kind]);
});

it("has a sample of every kind", () => {
  expect(Object.keys(minimal).toSorted()).toEqual(kindNames.toSorted());
});

it("reads documents that use every corner of their kinds", () => {
  const parsed = parseDocuments(rich, "yaml");
  expect(parsed).toMatchObject({ ok: true });
  expect(parsed.ok && parsed.documents.map(({ document }) => document.kind)).toEqual([
    "Gateway",
    "HTTPRoute",
    "Cluster",
    "Service",
    "AuthenticationPolicy",
    "AuthorizationPolicy",
  ]);
});
