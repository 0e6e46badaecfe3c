// Values after a JSON Schema, as far as a fuzz needs them: nearly right, so that what reads them gets past its first
// question.
import type { Random } from "./random.ts";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const DEEPEST = 12;
const WORDS = [
  "orders",
  "web",
  "shop",
  "evil",
  "default",
  "a",
  "v1",
  "/x",
  "1s",
  "250ms",
  "header:x-a",
  "client",
  "10.0.0.0/8",
  "*",
  "GET",
  "GET /x",
  "https://a.example/x",
  "http://127.0.0.1:9",
  "a.example",
  "*.a.example",
  "Service",
  "HTTPRoute",
  "http",
  "x-a",
  "mesh",
  "public",
  "2999-01-01T00:00:00Z",
  "(a|b)*c",
  "spiffe://mesh.local/ns/shop/sa/web",
  "selvage.dev",
  "",
];

/** @param at the name of the member that it is for */
export function sample(schema: Schema, root: unknown, random: Random, at = "", depth = 0): unknown {
  if (schema.$ref !== undefined) {
    return sample(resolved(schema.$ref, root), root, random, at, depth + 1);
  }
  if ("const" in schema) {
    return schema.const;
  }
  if (schema.enum !== undefined) {
    return random.oneOf(schema.enum);
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) {
    return sample(random.oneOf(choices), root, random, at, depth + 1);
  }
  const { type } = schema;
  const kind = typeof type === "string" || type === undefined ? type : random.oneOf(type);
  switch (kind) {
    case "object":
      return objectOf(schema, root, random, depth);
    case "array": {
      const { items } = schema;
      const count = depth > DEEPEST ? (schema.minItems ?? 0) : (schema.minItems ?? 0) + random.below(3);
      return items === undefined ? [] : Array.from({ length: count }, () => sample(items, root, random, at, depth + 1));
    }
    case "integer":
    case "number":
      return (
        (schema.minimum ?? 0) +
        random.below(Math.min(100, Math.max(1, (schema.maximum ?? 100) - (schema.minimum ?? 0))))
      );
    case "boolean":
      return random.chance(50);
    case "null":
      return null;
    default:
      return at === "name" || at === "namespace"
        ? random.oneOf(["orders", "web", "shop", "evil"])
        : random.oneOf(WORDS);
  }
}

function objectOf(schema: Schema, root: unknown, random: Random, depth: number): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const needed = schema.required?.includes(name) === true;
    if (needed || (depth < DEEPEST && random.chance(35))) {
      made[name] = sample(member, root, random, name, depth + 1);
    }
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object" && depth < DEEPEST && random.chance(40)) {
    made[random.oneOf(WORDS)] = sample(additionalProperties, root, random, "", depth + 1);
  }
  return made;
}

function resolved(ref: string, root: unknown): Schema {
  const found = ref
    .slice(2)
    .split("/")
    .reduce<unknown>((here, step) => (Object(here) as Record<string, unknown>)[step], root);
  // A reference to nothing is held by the tests of the document itself.
  return Object(found) as Schema;
}
