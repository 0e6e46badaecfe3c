// What was read, printed and read again is the same: nothing is lost on the way into the registry and out of it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { kindSchemas } from "../../../src/cli/reference/schema.ts";
import type { Document } from "../../../src/model/document/document.ts";
import { findingCodes } from "../../../src/model/word/finding-codes.ts";
import { fromPointer } from "../../../src/model/word/json-pointer.ts";
import { kindNames } from "../../../src/model/document/kinds.ts";
import { parseDocument, parseDocuments, type Parsed } from "../../../src/model/read/parse-documents.ts";
import type { ProblemItem } from "../../../src/model/word/problem.ts";
import { valueOf } from "../../support/documents/arbitrary.ts";
import { minimal, rich } from "../../support/documents/samples.ts";

function documentsOf(parsed: Parsed): readonly Document[] {
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.refusal, null, 1));
  }
  return parsed.documents.map(({ document }) => document);
}

function expectSame(documents: readonly Document[]): void {
  expect(documentsOf(parseDocuments(JSON.stringify(documents), "json"))).toEqual(documents);
  const yaml = documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join("---\n");
  expect(documentsOf(parseDocuments(yaml, "yaml"))).toEqual(documents);
}

it.each([
  ["the smallest of each kind", Object.values(minimal).join("---\n")] as const,
  ["the rich ones", rich] as const,
])("reads %s again as it printed them", (_, text) => {
  expectSame(documentsOf(parseDocuments(text, "yaml")));
});

/** Takes out what was refused, or what it was missing from. Mutates. */
function takeOut(value: unknown, pointer: string): void {
  const path = fromPointer(pointer);
  let parent: unknown = value;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const child: unknown = Reflect.get(Object(parent), step);
    const missing = child === undefined || (!last && Reflect.get(Object(child), path[depth + 1] ?? "") === undefined);
    if (!last && !missing) {
      parent = child;
      continue;
    }
    if (Array.isArray(parent)) {
      parent.splice(Number(step), 1);
    } else {
      Reflect.deleteProperty(Object(parent), step);
    }
    return;
  }
}

function expectHelpful(items: readonly ProblemItem[]): void {
  for (const item of items) {
    expect(item.pointer).toMatch(/^#(\/|$)/);
    expect(Object.keys(findingCodes)).toContain(item.code);
    expect(item.detail).not.toMatch(/undefined|\[object|Invalid input/);
    expect(item.hint).toMatch(/^[A-Z"].*[.?]$/s);
  }
}

const schemas = kindSchemas();

describe.each(kindNames)("any %s", (kind) => {
  it("is refused with findings that say what and where, and without those parts read the same again", () => {
    let valid = 0;
    fc.assert(
      fc.property(valueOf(schemas[kind]), (value) => {
        const rest = structuredClone(value);
        for (let round = 0; round < 12; round++) {
          const parsed = parseDocument(rest);
          if (parsed.ok) {
            valid += 1;
            expectSame([parsed.document]);
            return;
          }
          expect(parsed.refusal.problem).toBe("validation");
          const items = parsed.refusal.errors ?? [];
          expectHelpful(items);
          for (const { pointer } of items.toReversed()) {
            takeOut(rest, pointer);
          }
        }
      }),
      { numRuns: 40, seed: 20_261_123 },
    );
    expect(valid).toBeGreaterThan(15);
  }, 60_000);
});
