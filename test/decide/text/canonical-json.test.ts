// Equal values have equal text; different ones never do.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "../../../src/decide/text/canonical-json.ts";

it("does not depend on the order in which members were written", () => {
  expect(canonicalJson({ b: [{ y: 1, x: null }], a: "é" })).toBe('{"a":"é","b":[{"x":null,"y":1}]}');
  expect(canonicalJson({ a: "é", b: [{ x: null, y: 1 }] })).toBe('{"a":"é","b":[{"x":null,"y":1}]}');
});

it("is JSON, and says the same as the value it was made of", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(JSON.parse(canonicalJson(value)), sorted)).toBe(JSON.stringify(value, sorted));
    }),
  );
});

it("leaves absent members out, and keeps null", () => {
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
});

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
