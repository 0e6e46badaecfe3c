// A source file as the house rules see it: what it imports, which names it uses, which strings it holds.
// Parsed with the parser that vitest brings along, so that comments and strings are never mistaken for code.
import { posix } from "node:path";
import { parseAst } from "vitest/node";

export interface Import {
  readonly specifier: string;
  /** Path inside the project for a relative import, null for a package. */
  readonly path: string | null;
  /** Gone at run time: `import type`, `export type … from`, `import("…").T`. */
  readonly typeOnly: boolean;
  /** `import("…")` as an expression: evaluated when called, not when the module loads. */
  readonly dynamic: boolean;
  readonly line: number;
}

export interface Word {
  readonly text: string;
  readonly line: number;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names used as values or types, without the names of properties; `Math.random` is one name. */
  readonly names: readonly Word[];
  /** String literals and the fixed parts of templates. */
  readonly strings: readonly Word[];
  /** Lines that say `any`. */
  readonly anys: readonly number[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** Parses one TypeScript file. Throws when it is not TypeScript. */
export function source(path: string, text: string): Source {
  const imports: Import[] = [];
  const names: Word[] = [];
  const strings: Word[] = [];
  const anys: number[] = [];
  const lineOf = lineFinder(text);

  const addImport = (node: Node, typeOnly: boolean, dynamic: boolean): void => {
    const from = node.source;
    if (!isNode(from) || typeof from.value !== "string") return;
    const specifier = from.value;
    const inside = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : null;
    imports.push({ specifier, path: inside, typeOnly, dynamic, line: lineOf(node.start) });
  };

  const visit = (node: Node, parent: Node | null, field: string): void => {
    const line = (): number => lineOf(node.start);
    switch (node.type) {
      case "ImportDeclaration":
        addImport(node, node.importKind === "type", false);
        return;
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        addImport(node, node.exportKind === "type", false);
        break;
      case "ImportExpression":
        addImport(node, false, true);
        break;
      case "TSImportType":
        addImport(node, true, false);
        break;
      case "TSAnyKeyword":
        anys.push(line());
        break;
      case "Identifier":
        if (!isPropertyName(parent, field)) names.push({ text: String(node.name), line: line() });
        break;
      case "MemberExpression":
        if (isMathRandom(node)) names.push({ text: "Math.random", line: line() });
        break;
      case "Literal":
        if (typeof node.value === "string") strings.push({ text: node.value, line: line() });
        break;
      case "TemplateElement":
        strings.push({ text: String((node.value as { raw: string }).raw), line: line() });
        break;
    }
    for (const [name, child] of Object.entries(node)) {
      for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) visit(one, node, name);
    }
  };

  const program: unknown = parseAst(text, { lang: path.endsWith(".tsx") ? "tsx" : "ts" }, path);
  if (isNode(program)) visit(program, null, "");
  return { path, text, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0), imports, names, strings, anys };
}

/** `x.Date` and `{Date: 1}` name a property, not the global. */
function isPropertyName(parent: Node | null, field: string): boolean {
  if (parent === null || parent.computed === true) return false;
  if (parent.type === "MemberExpression") return field === "property";
  return field === "key" && !(parent.type === "Property" && parent.shorthand === true);
}

function isMathRandom(node: Node): boolean {
  const { object, property } = node;
  if (!isNode(object) || !isNode(property)) return false;
  return object.name === "Math" && (property.name === "random" || property.value === "random");
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
