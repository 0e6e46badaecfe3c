// JSON Schema (2020-12) and the reference page of every kind, made from the same schemas that documents are checked
// with. `npx node src/cli/reference/schema.ts --write` renews docs/schema/ and docs/kinds.md; a test holds them to what
// this makes.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { kindNames, kinds, specSchema, type KindName } from "../../model/document/kinds.ts";
import { labelledMetadataSchema, metadataSchema, SERVER_OWNED } from "../../model/document/field/metadata.ts";
import { kindsReference } from "./kinds-reference.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

function plain(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return rest;
}

function metadata(kind: KindName): JsonSchema {
  const schema = plain(kinds[kind].isLabel === true ? labelledMetadataSchema : metadataSchema);
  // Whatever a server wrote may be sent back; it is ignored.
  const ignored = Object.fromEntries(SERVER_OWNED.map((field) => [field, {}]));
  return { ...schema, properties: { ...Object(schema["properties"]), ...ignored } };
}

function documentSchema(kind: KindName, apiVersions: readonly string[]): JsonSchema {
  const spec = plain(specSchema(kind, apiVersions[0] ?? ""));
  const needsSpec = Array.isArray(spec["required"]) && spec["required"].length > 0;
  return {
    type: "object",
    description: kinds[kind].says,
    properties: {
      apiVersion: apiVersions.length === 1 ? { const: apiVersions[0] } : { enum: apiVersions },
      kind: { const: kind },
      metadata: metadata(kind),
      spec,
      status: {},
    },
    required: ["apiVersion", "kind", "metadata", ...(needsSpec || kind === "HTTPRoute" ? ["spec"] : [])],
    additionalProperties: false,
  };
}

/** The JSON Schema of each kind's whole document. What no schema can say (one field or another) is checked at apply. */
export function kindSchemas(): Readonly<Record<KindName, JsonSchema>> {
  const entries = kindNames.map((kind) => {
    const { apiVersions } = kinds[kind];
    const schema =
      kind === "Service"
        ? { anyOf: apiVersions.map((apiVersion) => documentSchema(kind, [apiVersion])) }
        : documentSchema(kind, apiVersions);
    return [kind, { $schema: DIALECT, title: kind, ...schema }];
  });
  // Object.fromEntries forgets which keys it was given; they are exactly the kinds.
  return Object.fromEntries(entries) as Record<KindName, JsonSchema>;
}

/** Every generated file, by its path below docs/. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schemas = kindSchemas();
  const text = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;
  const all: JsonSchema = {
    $schema: DIALECT,
    title: "A document of the mesh",
    oneOf: kindNames.map((kind) => ({ $ref: `${kind}.json` })),
  };
  return new Map([
    ...kindNames.map((kind) => [`schema/${kind}.json`, text(schemas[kind])] as const),
    ["schema/all.json", text(all)],
    ["kinds.md", kindsReference(schemas)],
  ]);
}

if (import.meta.main && process.argv.includes("--write")) {
  const docs = new URL("../../../docs/", import.meta.url).pathname;
  mkdirSync(`${docs}schema`, { recursive: true });
  for (const name of readdirSync(`${docs}schema`)) {
    rmSync(`${docs}schema/${name}`);
  }
  for (const [path, text] of generatedFiles()) {
    writeFileSync(docs + path, text);
  }
}
