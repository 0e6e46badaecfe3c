import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { generatedFiles, kindSchemas } from "../../../src/cli/reference/schema.ts";
import { kindNames } from "../../../src/model/document/kinds.ts";
import { minimal, rich } from "../../support/documents/samples.ts";

const docs = new URL("../../../docs/", import.meta.url).pathname;

it("is what docs/ holds (renew with: node src/cli/reference/schema.ts --write)", () => {
  for (const [path, text] of generatedFiles()) {
    expect(readFileSync(docs + path, "utf8"), path).toBe(text);
  }
  const expected = [...generatedFiles().keys()]
    .filter((path) => path.startsWith("schema/"))
    .map((path) => path.slice(7));
  expect(readdirSync(`${docs}schema`).toSorted()).toEqual(expected.toSorted());
});

describe("the schemas", () => {
  const schemas = kindSchemas();
  // zod reads back plain JSON Schema, so the files are checked by their own words and not by the schemas they came
  // from.
  const validator = (kind: string): z.ZodType =>
    z.fromJSONSchema(JSON.parse(generatedFiles().get(`schema/${kind}.json`) ?? "null"));

  it("cover every kind, and all.json refers to each", () => {
    expect(Object.keys(schemas)).toEqual(kindNames);
    const all: unknown = JSON.parse(generatedFiles().get("schema/all.json") ?? "");
    expect(all).toMatchObject({ oneOf: kindNames.map((kind) => ({ $ref: `${kind}.json` })) });
  });

  const samples = parseAllDocuments([...Object.values(minimal), rich].join("---\n")).map(
    (document): { kind: string; spec?: object } => document.toJS(),
  );

  it.each(samples)("allow the sample $kind $metadata.name", (sample) => {
    expect(validator(sample.kind).safeParse(sample).error).toBeUndefined();
  });

  it.each(kindNames)("refuse an unknown field in a %s", (kind) => {
    const sample = samples.find((one) => one.kind === kind);
    expect(validator(kind).safeParse({ ...sample, unknown: 1 }).success).toBe(false);
    if (kind === "Namespace") {
      return;
    }
    const core = kind === "Service" ? { apiVersion: "selvage.dev/v1" } : {};
    expect(validator(kind).safeParse({ ...sample, ...core, spec: { ...sample?.spec, unknown: 1 } }).success).toBe(
      false,
    );
  });
});
