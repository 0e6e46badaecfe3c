// A source file as the house rules see it: what it imports, which names it uses, which strings it holds.
// Parsed with the parser that vitest brings along, so that comments and strings are never mistaken for code.
import { posix } from "node:path";
import { parseAst } from "vitest/node";
import { boundBy, declaredBy, isNode, localNames, nameOf, nodesOf, rangeOf, takenBy, type Node } from "./syntax.ts";

export interface Import {
  readonly specifier: string;
  /** Path inside the project for a relative import, null for a package. */
  readonly path: string | null;
  /** Gone at run time: `import type`, `export type … from`, `import("…").T`. */
  readonly typeOnly: boolean;
  /** `import("…")` as an expression: evaluated when called, not when the module loads. */
  readonly dynamic: boolean;
  /** What is taken of it, by the names it has there; `*` = all, or something that is not seen here. */
  readonly taken: readonly string[];
  /** `export … from`. */
  readonly forwarded: boolean;
  readonly line: number;
}

export interface Word {
  readonly text: string;
  readonly line: number;
}

interface ModuleVariable extends Word {
  readonly kind: string;
  /** The class of `new …()`, when it is made empty, or null. */
  readonly made: string | null;
  /** The type that is written beside it, or null. */
  readonly type: string | null;
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
  /** What it exports by name and declares itself. */
  readonly exports: readonly Word[];
  /** Every name, of properties too. */
  readonly words: readonly Word[];
  /** Comments, a line each. */
  readonly comments: readonly Word[];
  /** How many parameters each function has. */
  readonly parameters: readonly { readonly count: number; readonly line: number }[];
  /** Variables of the module: how they are declared and what they begin with. */
  readonly variables: readonly ModuleVariable[];
}

/** Parses one TypeScript file. Throws when it is not TypeScript. */
export function source(path: string, text: string): Source {
  const imports: Import[] = [];
  const names: Word[] = [];
  const strings: Word[] = [];
  const anys: number[] = [];
  const exports: Word[] = [];
  const words: Word[] = [];
  const parameters: { count: number; line: number }[] = [];
  const variables: ModuleVariable[] = [];
  /** Where text is not code: strings, templates, regular expressions. */
  const literals: (readonly [from: number, to: number])[] = [];
  const lineOf = lineFinder(text);

  const addImport = (node: Node, typeOnly: boolean, dynamic: boolean): void => {
    const from = node.source;
    if (!isNode(from) || typeof from.value !== "string") {
      return;
    }
    const specifier = from.value;
    const inside = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : null;
    const forwarded = node.type.startsWith("Export");
    imports.push({
      specifier,
      path: inside,
      typeOnly,
      dynamic,
      taken: takenBy(node),
      forwarded,
      line: lineOf(node.start),
    });
  };

  const visit = (node: Node, parent: Node | null, field: string): void => {
    const line = (): number => lineOf(node.start);
    switch (node.type) {
      case "ImportDeclaration":
        addImport(node, node.importKind === "type", false);
        literals.push(rangeOf(node.source));
        for (const word of localNames(node)) {
          words.push({ text: word, line: line() });
        }
        return;
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        addImport(node, node.exportKind === "type", false);
        if (node.source === null) {
          for (const text of declaredBy(node)) {
            exports.push({ text, line: line() });
          }
        }
        break;
      case "VariableDeclaration":
        if (parent?.type === "Program" || (parent?.type === "ExportNamedDeclaration" && field === "declaration")) {
          variables.push(...variablesOf(node, line(), text));
        }
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
      case "PrivateIdentifier":
        words.push({ text: String(node.name), line: line() });
        break;
      case "Identifier":
        words.push({ text: String(node.name), line: line() });
        if (!isPropertyName(parent, field) && !isReading(parent)) {
          names.push({ text: String(node.name), line: line() });
        }
        break;
      case "MemberExpression":
        if (isMathRandom(node)) {
          names.push({ text: "Math.random", line: line() });
        }
        break;
      case "Literal":
        literals.push(rangeOf(node));
        if (typeof node.value === "string") {
          strings.push({ text: node.value, line: line() });
        }
        break;
      case "TemplateElement":
        literals.push(rangeOf(node));
        strings.push({ text: String((node.value as { raw: string }).raw), line: line() });
        break;
    }
    if (
      Array.isArray(node.params) &&
      node.type !== "TSTypeParameterInstantiation" &&
      node.type !== "TSTypeParameterDeclaration"
    ) {
      parameters.push({ count: node.params.length, line: line() });
    }
    for (const [name, child] of Object.entries(node)) {
      for (const one of Array.isArray(child) ? child : [child]) {
        if (isNode(one)) {
          visit(one, node, name);
        }
      }
    }
  };

  const program: unknown = parseAst(text, { lang: path.endsWith(".tsx") ? "tsx" : "ts" }, path);
  if (isNode(program)) {
    visit(program, null, "");
  }
  return {
    path,
    text,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports,
    names,
    strings,
    anys,
    exports,
    words,
    comments: commentsOf(text, literals, lineOf),
    parameters,
    variables,
  };
}

/** `x.Date` and `{Date: 1}` name a property, not the global. */
function isPropertyName(parent: Node | null, field: string): boolean {
  if (parent === null || parent.computed === true) {
    return false;
  }
  if (parent.type === "MemberExpression") {
    return field === "property";
  }
  return field === "key" && !(parent.type === "Property" && parent.shorthand === true);
}

/** `Date.parse(text)` reads a text and asks no clock. */
function isReading(parent: Node | null): boolean {
  if (parent?.type !== "MemberExpression" || !isNode(parent.property)) {
    return false;
  }
  return isNode(parent.object) && parent.object.name === "Date" && parent.property.name === "parse";
}

function isMathRandom(node: Node): boolean {
  const { object, property } = node;
  if (!isNode(object) || !isNode(property)) {
    return false;
  }
  return object.name === "Math" && (property.name === "random" || property.value === "random");
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low + 1;
  };
}

function variablesOf(node: Node, line: number, text: string): ModuleVariable[] {
  return nodesOf(node.declarations).flatMap(({ id, init }) => {
    const made =
      isNode(init) && init.type === "NewExpression" && nodesOf(init.arguments).length === 0
        ? nameOf(init.callee)
        : null;
    const written = isNode(id) && isNode(id.typeAnnotation) ? text.slice(...rangeOf(id.typeAnnotation)) : null;
    return boundBy(id).map((name) => ({ text: name, line, kind: String(node.kind), made, type: written }));
  });
}

function commentsOf(
  text: string,
  literals: (readonly [from: number, to: number])[],
  lineOf: (offset: number) => number,
): Word[] {
  const ends = new Map(literals);
  const found: Word[] = [];
  for (let at = 0; at < text.length; at++) {
    const end = ends.get(at);
    if (end !== undefined && end > at) {
      at = end - 1;
    } else if (text.startsWith("//", at) || text.startsWith("/*", at)) {
      const stop = text[at + 1] === "/" ? text.indexOf("\n", at) : text.indexOf("*/", at) + 2;
      const comment = text.slice(at, stop < at ? text.length : stop);
      for (const [nth, one] of comment.split("\n").entries()) {
        found.push({ text: one, line: lineOf(at) + nth });
      }
      at += comment.length - 1;
    }
  }
  return found;
}
