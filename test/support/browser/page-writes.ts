// Every call of the dashboard's sources that is no read, as method and path; what stands for a name in a path is `{}`.
import { readFileSync, globSync } from "node:fs";

const root = new URL("../../../src/dashboard/", import.meta.url).pathname;

interface PageWrite {
  readonly file: string;
  /** `POST /tokens`; null = this test cannot read where it goes. */
  readonly call: string | null;
}

const CALL = /\.call(?:<[^(]*>)?\(\s*"(POST|PUT|DELETE|PATCH)",\s*(`[^`]*`|"[^"]*"|\w+)/g;
const TEXT = /["`]\/[^"`]*["`]/;

/** A path as it stands, or what the name that stands there was given in the same file. */
function pathOf(said: string, source: string): string | null {
  const literal = /^["`](.*)["`]$/s.exec(said.trim())?.[1];
  if (literal !== undefined) {
    const base = /^\$\{(\w+)\}/.exec(literal)?.[1];
    const before = base === undefined ? "" : pathOf(base, source);
    const rest = base === undefined ? literal : literal.slice(base.length + 3);
    return before === null ? null : before + rest.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "{}");
  }
  const name = /^\w+/.exec(said.trim())?.[0] ?? "";
  const from = source.search(new RegExp(`const ${name}\\b`));
  const given = from < 0 ? undefined : TEXT.exec(source.slice(from))?.[0];
  return given === undefined ? null : pathOf(given, source);
}

export function pageWrites(): readonly PageWrite[] {
  return globSync("**/*.{ts,tsx}", { cwd: root }).flatMap((file) => {
    const source = readFileSync(root + file, "utf8");
    return [...source.matchAll(CALL)].map(([, method = "", said = ""]): PageWrite => {
      const path = pathOf(said, source);
      return { file, call: path === null ? null : `${method} ${path}` };
    });
  });
}

/** The operations of an OpenAPI document that a call may be: several where its path ends with what is done. */
export function operationsOf(document: OpenApiPaths, call: string): readonly string[] {
  const [method = "", path = ""] = call.split(" ");
  const parts = path.split("/");
  return Object.entries(document.paths).flatMap(([template, item]) => {
    const of = template.replace(/^\/_selvage\/v1/, "").split("/");
    const fits = of.length === parts.length && of.every((one, at) => one === parts[at] || parts[at] === "{}");
    const operationId = fits ? item[method.toLowerCase()]?.operationId : undefined;
    return operationId === undefined ? [] : [operationId];
  });
}

interface OpenApiPaths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}
