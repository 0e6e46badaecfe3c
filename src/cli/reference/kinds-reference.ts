// docs/kinds.md: a page that says of every kind what it is for, what its fields mean and default to, and whether it has
// effect. Made from the JSON Schemas; nothing here knows a kind by name.
import { kindNames, kinds, type KindName } from "../../model/document/kinds.ts";
import { isRecord } from "../../model/word/record.ts";

type Schema = Readonly<Record<string, unknown>>;

interface FieldRow {
  readonly field: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

const DURATION = /ns\|us/;
const GATEWAY_DURATION = /\(h\|m\|s\|ms\)/;

function range(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum } = schema;
  const safe = Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined && maximum !== undefined) {
    return ` > ${String(exclusiveMinimum)}, ≤ ${String(maximum)}`;
  }
  if (minimum !== undefined && maximum !== undefined && maximum !== safe && minimum !== -safe) {
    return ` ${String(minimum)}–${String(maximum)}`;
  }
  return minimum !== undefined && minimum !== -safe ? ` ≥ ${String(minimum)}` : "";
}

function typeOf(schema: Schema): string {
  if (schema["const"] !== undefined) {
    return code(schema["const"]);
  }
  if (Array.isArray(schema["enum"])) {
    return schema["enum"].map(code).join(", ");
  }
  const alternatives = [...list(schema["oneOf"]), ...list(schema["anyOf"])].filter(isRecord);
  if (alternatives.length > 0) {
    const kinds = alternatives.map((alternative) => typeOf(alternative));
    return [...new Set(kinds)].join(" or ");
  }
  if (schema["type"] === "array") {
    const most = schema["maxItems"] === undefined ? "" : `, at most ${String(schema["maxItems"])}`;
    return `list of ${isRecord(schema["items"]) ? typeOf(schema["items"]) : "anything"}${most}`;
  }
  const pattern = typeof schema["pattern"] === "string" ? schema["pattern"] : "";
  if (GATEWAY_DURATION.test(pattern)) {
    return "Gateway API duration";
  }
  if (DURATION.test(pattern)) {
    return "duration";
  }
  if (schema["format"] === "uri") {
    return "URL";
  }
  if (schema["format"] === "date-time") {
    return "time";
  }
  if (schema["type"] === "integer" || schema["type"] === "number") {
    return `${schema["type"] === "integer" ? "whole number" : "number"}${range(schema)}`;
  }
  if (schema["type"] === "object") {
    return schema["properties"] === undefined ? "mapping" : "object";
  }
  return schema["type"] === "boolean" ? "`true`, `false`" : schema["type"] === "string" ? "text" : "anything";
}

function fallbackOf(schema: Schema, required: boolean): string {
  if (required) {
    return "required";
  }
  const value = schema["default"];
  if (value === undefined) {
    return "–";
  }
  // An object or rule that is filled in field by field: its fields say their own defaults.
  const filled =
    (JSON.stringify(value) === "{}" && schema["properties"] !== undefined) || JSON.stringify(value) === "[{}]";
  return filled ? "filled in" : value === "" ? "empty" : code(value);
}

function rows(schema: Schema, path: string): FieldRow[] {
  if (schema["type"] === "array") {
    return isRecord(schema["items"]) ? rows(schema["items"], `${path}[]`) : [];
  }
  const alternatives = [...list(schema["oneOf"]), ...list(schema["anyOf"])].filter(isRecord);
  if (alternatives.length > 0) {
    const all = alternatives.flatMap((alternative) => rows(alternative, path));
    const merged = new Map<string, FieldRow>();
    for (const row of all) {
      const before = merged.get(row.field);
      const types = before === undefined ? [row.type] : [...new Set([...before.type.split(", "), row.type])];
      merged.set(row.field, { ...row, type: types.join(", ") });
    }
    // A field that only some alternatives have belongs to those.
    const shared = (field: string): boolean => all.filter((row) => row.field === field).length === alternatives.length;
    const direct = (field: string): boolean => !field.slice(path.length + 1).includes(".");
    return [...merged.values()].map(({ field, type, fallback, meaning }) => {
      const own = fallback === "required" && direct(field) && !shared(field);
      return { field, type, fallback: own ? "in its variant" : fallback, meaning };
    });
  }
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(list(schema["required"]));
  const all: FieldRow[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (!isRecord(property)) {
      continue;
    }
    const field = path === "" ? name : `${path}.${name}`;
    // The same list of filters stands on rules and on backends: told once.
    const again = field.endsWith("backendRefs[].filters");
    const described = typeof property["description"] === "string" ? property["description"] : "";
    const meaning = again ? "As the filters of the rule." : described;
    all.push({ field, type: typeOf(property), fallback: fallbackOf(property, required.has(name)), meaning });
    if (!again) {
      all.push(...rows(property, field));
    }
  }
  return all;
}

function table(schema: Schema): string[] {
  const all = rows(schema, "");
  if (all.length === 0) {
    return ["Any fields; they are kept and not interpreted."];
  }
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  return [
    "| field of `spec` | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...all.map(({ field, type, fallback, meaning }) =>
      `| \`${field}\` | ${cell(type)} | ${cell(fallback)} | ${cell(meaning)} |`.replace("|  |", "| |"),
    ),
  ];
}

function specOf(schema: Schema): Schema {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  return isRecord(properties["spec"]) ? properties["spec"] : {};
}

function section(kind: KindName, schema: Schema): string[] {
  const info = kinds[kind];
  const names = [info.plural, ...info.short].map(code).join(", ");
  const documents = list(schema["anyOf"]).filter(isRecord);
  const tables = documents.length === 0 ? table(specOf(schema)) : [];
  for (const [index, document] of documents.entries()) {
    tables.push(`With \`apiVersion: ${info.apiVersions[index] ?? ""}\`:`, "", ...table(specOf(document)));
    if (index < documents.length - 1) {
      tables.push("");
    }
  }
  return [
    `## ${kind}`,
    "",
    info.says,
    "",
    `- apiVersion: ${info.apiVersions.map(code).join(" or ")}`,
    `- also called: ${names}`,
    `- lives in: ${info.scope === "mesh" ? "the whole mesh (namespace `default`)" : "a namespace"}`,
    ...(info.limits === undefined ? [] : [`- limits: ${info.limits}`]),
    ...Object.entries(info.annotations ?? {}).map(([name, says]) => `- annotation \`${name}\`: ${says}`),
    "",
    ...tables,
    "",
  ];
}

const HEAD = `<!-- Generated by \`npx node src/cli/reference/schema.ts --write\`. Do not edit. -->
<!-- prettier-ignore-start -->

# Kinds

Every document has \`apiVersion\`, \`kind\`, \`metadata\` and \`spec\`; \`status\` is the mesh's and ignored when sent.
\`metadata\` has \`name\` (a DNS subdomain of at most 253 characters; for Service and Namespace a DNS label), \`namespace\` (\`default\` when absent), \`labels\` and \`annotations\`.
A field that no row names is an error. Durations are Go strings (\`250ms\`, \`5s\`, \`1m30s\`); Gateway API durations are whole
numbers with \`h\`, \`m\`, \`s\` or \`ms\`. Percentages are numbers from 0 to 100, times RFC 3339 in UTC. A null counts as absent.
The fields of the Gateway API kinds mean what [its specification](https://gateway-api.sigs.k8s.io/reference/spec/) says.
JSON Schemas for editors are in [schema/](schema/), one for each kind and \`all.json\` for any.
`;

/** Every field of a kind's spec, with paths as documents write them: `rules[].matches[].path`. */
export function fieldsOf(schema: Schema): FieldRow[] {
  const first = list(schema["anyOf"]).find(isRecord);
  return rows(specOf(first ?? schema), "");
}

/** The text of docs/kinds.md. */
export function kindsReference(schemas: Readonly<Record<KindName, Schema>>): string {
  const sections = kindNames.flatMap((kind) => section(kind, schemas[kind]));
  return `${HEAD}\n${sections.join("\n")}\n<!-- prettier-ignore-end -->\n`;
}
