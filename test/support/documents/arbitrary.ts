// Documents from a JSON Schema: whatever it allows, at random. Rules that no schema can say are broken now and then.
import * as fc from "fast-check";

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemas(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function number(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function text(schema: Schema): fc.Arbitrary<unknown> {
  if (schema["format"] === "uri") {
    return fc.constantFrom("https://a.example.com", "http://127.0.0.1:8080/base", "https://b");
  }
  if (schema["format"] === "date-time") {
    return fc.constant("2026-11-23T12:00:00Z");
  }
  const short = fc.string({ minLength: number(schema["minLength"], 0), maxLength: 12 });
  const { pattern } = schema;
  const { examples } = schema;
  if (Array.isArray(examples)) {
    return fc.oneof({ weight: 7, arbitrary: fc.constantFrom<unknown>(...examples) }, short);
  }
  if (typeof pattern !== "string") {
    return fc.oneof(fc.constantFrom("/", "/orders", "a"), short);
  }
  const regex = new RegExp(pattern);
  const any = fc.stringMatching(regex, { size: "xsmall" });
  const words = ["a", "v1", "5s", "x-a", "10.0.0.0/8", "/a", "*", "claim:sub"].filter((word) => regex.test(word));
  return words.length === 0 ? any : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, any);
}

/** A value that the schema allows. */
export function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema["const"] !== undefined) {
    return fc.constant(schema["const"]);
  }
  if (Array.isArray(schema["enum"])) {
    return fc.constantFrom<unknown>(...schema["enum"]);
  }
  const alternatives = [...schemas(schema["oneOf"]), ...schemas(schema["anyOf"])];
  if (alternatives.length > 0) {
    return fc.oneof(...alternatives.map(valueOf));
  }
  switch (schema["type"]) {
    case "string":
      return text(schema);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const min = number(schema["minimum"], number(schema["exclusiveMinimum"], -5) + 1e-9);
      const max = Math.min(number(schema["maximum"], 1000), min + 1000);
      return schema["type"] === "integer"
        ? fc.integer({ min: Math.ceil(min), max })
        : fc.double({ min, max, noNaN: true }).map((value) => value + 0);
    }
    case "array": {
      const items = isSchema(schema["items"]) ? valueOf(schema["items"]) : fc.jsonValue({ maxDepth: 2 });
      return fc.array(items, {
        minLength: number(schema["minItems"], 0),
        maxLength: 2 + number(schema["minItems"], 0),
      });
    }
    case "object": {
      if (!isSchema(schema["properties"])) {
        return fc.dictionary(fc.constantFrom("a", "b", "team"), fc.constantFrom("x", "y"));
      }
      const properties = Object.entries(schema["properties"]).filter((entry): entry is [string, Schema] =>
        isSchema(entry[1]),
      );
      const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
      return fc.record(Object.fromEntries(properties.map(([name, property]) => [name, valueOf(property)])), {
        requiredKeys: required,
        noNullPrototype: true,
      });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
