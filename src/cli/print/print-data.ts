// The machine-readable outputs: JSON as the API answered it, the same as YAML, or names for `xargs`.
import { jsonpath, textOf, valuesAt } from "./jsonpath.ts";
import { table } from "./table.ts";
import { yamlText } from "./yaml-text.ts";
import type { CliSession } from "../session/session.ts";
import { partsOfRef } from "../../model/word/refs.ts";

interface Views {
  /** What the API answered. */
  readonly data: unknown;
  /** Lines for people; `wide` asks for every column. */
  readonly human: (wide: boolean) => readonly string[];
  /** `kind/name`, one a line. */
  readonly names: () => readonly string[];
  /** What custom columns are of, where the answer is no list of `items`. */
  readonly rows?: readonly unknown[];
}

/** Prints the view that `-o` asks for on stdout. Nothing is printed for an empty one. */
export async function printData({ terminal, output }: CliSession, views: Views): Promise<void> {
  const text = await render(output, views);
  if (text !== "") {
    terminal.out(text);
  }
}

async function render(output: CliSession["output"], { data, human, names, rows }: Views): Promise<string> {
  switch (output) {
    case "json":
      return JSON.stringify(data, null, 2);
    case "yaml":
      return yamlText(data);
    case "name":
      return names().join("\n");
    case "table":
    case "wide":
      return human(output === "wide").join("\n");
    default:
      return templatedText(output, data, rows);
  }
}

function templatedText(output: `${string}=${string}`, data: unknown, named?: readonly unknown[]): string {
  const template = output.slice(output.indexOf("=") + 1);
  if (output.startsWith("jsonpath")) {
    const read = jsonpath(template);
    if (!read.ok) {
      throw new Error(read.message);
    }
    return read.render(data);
  }
  const columns = customColumns(template);
  if (typeof columns === "string") {
    throw new Error(columns);
  }
  const listed = typeof data === "object" && data !== null && "items" in data ? data.items : [data];
  const items: unknown = named ?? listed;
  const rows = Array.isArray(items) ? items : [items];
  return table(
    columns.map(({ head }) => head),
    rows.map((row: unknown) => columns.map(({ path }) => valuesAt(path, row)?.map(textOf).join(",") || "<none>")),
  ).join("\n");
}

interface Column {
  readonly head: string;
  readonly path: string;
}

/** The columns of a template, or what is wrong with it. */
export function customColumns(template: string): Column[] | string {
  const columns = template.split(",").map((text) => {
    const [head = "", path = ""] = text.split(/:(.*)/s);
    return { text, head, path };
  });
  const wrong = columns.find(({ path }) => path === "" || valuesAt(path, {}) === null);
  return wrong === undefined ? columns : `"${wrong.text}" is no column: HEAD:.path`;
}

/**
 * `HTTPRoute/shop/orders` → `httproute/orders in shop`: what a line names. The namespace `default` goes without saying.
 */
export function named(ref: string): string {
  return shortRef(ref) + inNamespace(ref);
}

/** ` in shop`, or nothing where that goes without saying. */
export function inNamespace(ref: string): string {
  const { namespace } = partsOfRef(ref);
  return namespace === "default" ? "" : ` in ${namespace}`;
}

/** `HTTPRoute/shop/orders` → `httproute/orders`, as kubectl writes it. */
export function shortRef(ref: string): string {
  const { kind, name } = partsOfRef(ref);
  return `${kind.toLowerCase()}/${name}`;
}
