// Reads YAML 1.2 (core schema, no custom tags) with the `yaml` library, in three steps so that no text can hurt:
// tokens, whose nesting is counted without recursion; the tree, checked for repeated keys; values, with a bound on
// aliases.
import { Composer, isAlias, isMap, isPair, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import type { CST, Document as YamlDocument, Node, Pair, YAMLMap } from "yaml";
import { toPointer, type Path } from "../word/json-pointer.ts";
import type { ProblemItem } from "../word/problem.ts";
import { mergeKeys } from "./merge-keys.ts";
import { LIMITS, measure, TOO_DEEP, type Position, type Read, type Source } from "./source.ts";
import { quote } from "../word/wording.ts";

/** The tokens of the text, or null as soon as they nest too deeply: a megabyte of brackets takes seconds to parse. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] | null {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
    }
    // One entry for each open collection, the document around them and the scalar within.
    if (parser.stack.length > LIMITS.depth + 2) {
      return null;
    }
  }
  for (const token of parser.end()) {
    tokens.push(token);
  }
  return tooDeep(tokens) ? null : tokens;
}

/** True when the tokens nest deeper than allowed. Iterative: the text may be nothing but brackets. */
function tooDeep(tokens: readonly CST.Token[]): boolean {
  let level: CST.Token[] = [...tokens];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LIMITS.depth) {
      return true;
    }
    const next: CST.Token[] = [];
    for (const token of level) {
      if (token.type === "document") {
        if (token.value) {
          next.push(token.value);
        }
      } else if ("items" in token) {
        for (const item of token.items) {
          if ("key" in item && item.key) {
            next.push(item.key);
          }
          if (item.value) {
            next.push(item.value);
          }
        }
      }
    }
    level = next;
  }
  return false;
}

interface Fault {
  readonly offset: number;
  readonly path: Path;
  readonly detail: string;
  readonly hint: string;
}

/** Repeated keys and aliases without anchor, in the order of the text, and how many aliases there are. */
function treeFaults(root: unknown): { faults: Fault[]; aliases: number } {
  const faults: Fault[] = [];
  let aliases = 0;
  const anchors = new Set<string>();
  const visit = (node: unknown, path: Path): void => {
    if (isAlias(node)) {
      aliases += 1;
      if (anchors.has(node.source)) {
        return;
      }
      const detail = `The alias *${node.source} has no anchor &${node.source} before it`;
      faults.push({ offset: node.range?.[0] ?? 0, path, detail, hint: "Quote the text if no alias was meant." });
      return;
    }
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) {
        anchors.add(node.anchor);
      }
    }
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        visit(item, [...path, index]);
      }
    }
    if (!isMap(node)) {
      return;
    }
    const keys = new Set<string>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      const here = [...path, key];
      if (keys.has(key)) {
        const detail = `The key ${quote(key)} is there twice`;
        const offset = offsetOf(pair.key) ?? 0;
        faults.push({ offset, path: here, detail, hint: "Remove one of the two; which one counts is not defined." });
      }
      keys.add(key);
      visit(pair.key, here);
      visit(pair.value, here);
    }
  };
  visit(root, []);
  return { faults, aliases };
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function offsetOf(node: unknown): number | null {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? null) : null;
}

function locator(document: YamlDocument, position: (offset: number) => Position) {
  return (path: Path, key = false): Position | null => {
    let node: unknown = document.contents;
    let offset = offsetOf(node);
    for (const [index, step] of path.entries()) {
      if (isAlias(node)) {
        node = node.resolve(document);
      }
      const child: unknown = isMap(node)
        ? pairOf(node, String(step), document)
        : isSeq(node)
          ? node.items[Number(step)]
          : undefined;
      if (child === undefined) {
        break;
      }
      const last = index === path.length - 1;
      node = isPair(child) ? child.value : child;
      const value = offsetOf(node);
      const name = isPair(child) ? offsetOf(child.key) : null;
      // A container begins below its key; the key is what the eye looks for.
      const atKey = name !== null && (last ? key || value === null || !isScalar(node) : true);
      offset = (atKey ? name : value) ?? offset;
    }
    return offset === null ? null : position(offset);
  };
}

/** A member, or else one that a merge key brings. */
function pairOf(map: YAMLMap, key: string, document: YamlDocument): Pair | undefined {
  const own = map.items.find((pair) => keyOf(pair) === key);
  if (own !== undefined) {
    return own;
  }
  const merge: unknown = map.items.find((pair) => keyOf(pair) === "<<")?.value;
  for (const source of isSeq(merge) ? merge.items : [merge]) {
    const base: unknown = isAlias(source) ? source.resolve(document) : source;
    const found = isMap(base) ? base.items.find((pair) => keyOf(pair) === key) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function messageOf(text: string): string {
  return text
    .replace(/ at line \d+, column \d+:?[\s\S]*$/, "")
    .slice(0, 300)
    .trim();
}

/** The documents of a YAML stream; empty ones are left out. */
export function readYaml(text: string): Read {
  return withoutStacks(() => documentsIn(text));
}

function documentsIn(text: string): Read {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (code: string, pointer: string, detail: string, hint: string, at?: Position): ProblemItem => ({
    pointer,
    code,
    detail,
    hint,
    ...at,
  });
  const tokens = tokensOf(text, lines);
  if (tokens === null) {
    return { ok: false, items: [refuse("SLV1110", "#", TOO_DEEP.detail, TOO_DEEP.hint)] };
  }
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, logLevel: "silent" });
  const sources: Source[] = [];
  const items: ProblemItem[] = [];
  for (const document of composer.compose(tokens, false, text.length)) {
    const pointer = `#/${sources.length}`;
    // The first fault of a document; those after it are mostly its consequences.
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault !== undefined) {
      const tag = fault.code === "TAG_RESOLVE_FAILED";
      const hint = tag ? "Remove the tag: only plain YAML is read." : "Check indentation, quotes and brackets here.";
      items.push(refuse("SLV1109", pointer, messageOf(fault.message), hint, position(fault.pos[0])));
      continue;
    }
    const contents: Node | null = document.contents;
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      continue;
    }
    const { faults, aliases } = treeFaults(contents);
    for (const { path, detail, hint, offset } of faults) {
      items.push(refuse("SLV1109", `${pointer}${toPointer(path)}`, detail, hint, position(offset)));
    }
    if (faults.length > 0) {
      continue;
    }
    // Resolving one alias looks at all others, so their number is bounded as well as their use.
    const value = aliases > MOST_ALIASES ? EXCESSIVE : valueOf(document);
    const tooMuch = value === EXCESSIVE ? EXCESSIVE : measure(value);
    if (tooMuch !== null) {
      items.push(refuse("SLV1110", pointer, tooMuch.detail, tooMuch.hint, position(offsetOf(contents) ?? 0)));
      continue;
    }
    const locate = locator(document, position);
    const merged = mergeKeys(value);
    if (merged.ok) {
      sources.push({ value: merged.value, locate });
    } else {
      const detail = "The merge key << has something else than a mapping, or a list of mappings, behind it";
      const hint = "Write <<: *name, where name is the anchor of a mapping.";
      items.push(
        refuse("SLV1109", `${pointer}${toPointer(merged.path)}`, detail, hint, locate(merged.path) ?? undefined),
      );
    }
    if (items.length > 100 || sources.length > LIMITS.documents) {
      break;
    }
  }
  return items.length > 0 ? { ok: false, items } : { ok: true, sources };
}

/** The library makes an error of each mistake, and a stack for each error is most of what a text of mistakes costs. */
function withoutStacks<Result>(work: () => Result): Result {
  const errors: object & { stackTraceLimit?: number } = Error as object;
  const before = errors.stackTraceLimit ?? 10;
  errors.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    errors.stackTraceLimit = before;
  }
}

const MOST_ALIASES = 1000;

const EXCESSIVE = {
  detail: `The text follows aliases more than ${LIMITS.aliases} times, as a text made to exhaust memory does`,
  hint: "Write the repeated parts out.",
} as const;

function valueOf(document: YamlDocument): unknown {
  try {
    return document.toJS({ maxAliasCount: LIMITS.aliases });
  } catch {
    // Aliases without anchor were refused before: what is left to throw is the bound on aliases.
    return EXCESSIVE;
  }
}
