// Text → documents. Strict: everything wrong with all of them is collected, each finding with pointer, line and column.
// Only control and CLI import this: it brings zod and the YAML parser along.
import type { Document } from "../document/document.ts";
import type { Explained } from "./explain-issues.ts";
import type { Finding } from "../word/finding.ts";
import { fromPointer, toPointer, type Path } from "../word/json-pointer.ts";
import { readJson, readJsonStream } from "./json-source.ts";
import { refOfDocument } from "../word/refs.ts";
import { parseOne } from "./parse-document.ts";
import { passedOver } from "./passed-over.ts";
import type { ProblemItem, Refusal } from "../word/problem.ts";
import { isRecord } from "../word/record.ts";
import { LIMITS, measure, type Position, type Read, type Source } from "./source.ts";
import { warningsOf } from "./warnings.ts";
import { readYaml } from "./yaml-source.ts";

export interface ParsedDocument {
  readonly document: Document;
  /** Position in the body, lists flattened; empty YAML documents are not counted. */
  readonly index: number;
  /**
   * Where a pointer into the document (`/spec/rules/0`) stands in the text; of one that is not there, its nearest
   * ancestor.
   */
  locate(pointer: string): Position | null;
}

export type Parsed =
  | { readonly ok: true; readonly documents: readonly ParsedDocument[]; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly refusal: Refusal };

const MOST_ITEMS = 200;
const LONGEST_POINTER = 1024;

/** Of several texts in one, each with a mark of its own before its first line. */
const BYTE_ORDER_MARKS = /^\uFEFF(?=---)|(?<=^---[^\n]*\n)\uFEFF/gm;

/** What kubectl takes as YAML: documents between `---`, or JSON objects one after the other. */
function readManifests(text: string): Read {
  return readJsonStream(text) ?? readYaml(text.includes("\uFEFF") ? text.replaceAll(BYTE_ORDER_MARKS, "") : text);
}

/** The documents inside a value: itself, the entries of an array, or the `items` of a list. */
function flatten(source: Source): { value: unknown; base: Path; source: Source }[] {
  const { value } = source;
  if (Array.isArray(value)) {
    return value.map((entry: unknown, index) => ({ value: entry, base: [index], source }));
  }
  if (!isRecord(value) || !("items" in value || "kind" in value)) {
    return [{ value, base: [], source }];
  }
  const { kind, apiVersion, items } = value;
  const isList = kind === undefined || (typeof kind === "string" && kind.endsWith("List"));
  if (isList && Array.isArray(items)) {
    return items.map((entry: unknown, index) => ({
      value: named(entry, kind, apiVersion),
      base: ["items", index],
      source,
    }));
  }
  // As a list that is empty is written, too.
  const isEmpty = isList && kind !== undefined && (items === null || items === undefined);
  return isEmpty ? [] : [{ value, base: [], source }];
}

/** An entry of `HTTPRouteList` is an HTTPRoute of the list's version where it says neither, as for kubectl. */
function named(entry: unknown, listKind: unknown, listVersion: unknown): unknown {
  const kind = typeof listKind === "string" ? listKind.slice(0, -"List".length) : "";
  if (kind === "" || !isRecord(entry) || entry["kind"] !== undefined || entry["apiVersion"] !== undefined) {
    return entry;
  }
  return { ...entry, apiVersion: listVersion, kind };
}

function toItem(finding: Explained, prefix: string, at: Position | null): ProblemItem {
  const { code, detail, hint, path } = finding;
  // A key may be as long as the body, and stand in the pointer of each finding below it.
  return {
    pointer: `${prefix}${toPointer(path)}`.slice(0, LONGEST_POINTER),
    code,
    detail,
    ...(hint === undefined ? {} : { hint }),
    ...at,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function refuse(items: readonly ProblemItem[], total: number, wrong: number, all: number): Refusal {
  const first = items[0];
  const where = first?.line === undefined ? "" : ` (line ${first.line}, column ${first.column ?? 1})`;
  const detail = `${count(total, "finding")} in ${wrong} of ${count(all, "document")}. First: ${first?.detail ?? ""}${where}.`;
  return { problem: "validation", detail, errors: items.slice(0, MOST_ITEMS) };
}

function unreadable(items: readonly ProblemItem[], format: string): Refusal {
  const first = items[0];
  const where = first?.line === undefined ? "" : ` at line ${first.line}, column ${first.column ?? 1}`;
  const detail = `The body is not ${format} that can be read${where}: ${first?.detail ?? ""}.`;
  return { problem: "malformed", detail, errors: items.slice(0, MOST_ITEMS) };
}

/**
 * Reads documents from YAML (any number, separated by `---`) or JSON (one, an array, or a list with `items`).
 *
 * @returns the documents with defaults filled, or one refusal: `malformed` for text that cannot be read,
 * `payloadTooLarge` beyond 1 MiB or 20 000 documents, `validation` with every finding otherwise.
 */
export function parseDocuments(text: string, format: "yaml" | "json"): Parsed {
  if (text.length > LIMITS.bytes || new TextEncoder().encode(text).length > LIMITS.bytes) {
    const detail = `The body is larger than ${LIMITS.bytes} bytes. Send fewer documents at a time.`;
    return { ok: false, refusal: { problem: "payloadTooLarge", detail } };
  }
  const read = format === "yaml" ? readManifests(text) : readJson(text);
  if (!read.ok) {
    return { ok: false, refusal: unreadable(read.items, format === "yaml" ? "YAML" : "JSON") };
  }
  const entries = read.sources.flatMap(flatten);
  if (entries.length > LIMITS.documents) {
    const detail = `The body has ${entries.length} documents; ${LIMITS.documents} at a time is the most.`;
    return { ok: false, refusal: { problem: "payloadTooLarge", detail } };
  }
  const documents: ParsedDocument[] = [];
  const items: ProblemItem[] = [];
  const wrong = new Set<number>();
  let total = 0;
  const firsts = new Map<string, number>();
  const ignored: Finding[] = [];
  for (const [index, { value, base, source }] of entries.entries()) {
    const report = (finding: Explained): void => {
      wrong.add(index);
      total += 1;
      if (items.length >= MOST_ITEMS) {
        return;
      }
      items.push(toItem(finding, `#/${index}`, source.locate([...base, ...finding.path], finding.key)));
    };
    const passed = passedOver(value);
    if (passed !== null) {
      ignored.push(passed);
      continue;
    }
    const parsed = parseOne(value);
    if (!parsed.ok) {
      for (const finding of parsed.findings) {
        report(finding);
      }
      continue;
    }
    const { document } = parsed;
    const ref = refOfDocument(document);
    // A core Service beside a selvage.dev one is no duplicate: the plan knows which of the two is the registry entry.
    const identity = document.kind === "Service" ? `${document.apiVersion} ${ref}` : ref;
    const first = firsts.get(identity);
    if (first !== undefined) {
      const detail = `${ref} is in the body twice, first as document ${first}`;
      report({
        code: "SLV1106",
        path: ["metadata", "name"],
        key: false,
        detail,
        hint: "Remove or rename one of them.",
      });
      continue;
    }
    firsts.set(identity, index);
    const locate = (pointer: string): Position | null => source.locate([...base, ...fromPointer(pointer)]);
    documents.push({ document, index, locate });
  }
  if (items.length > 0) {
    return { ok: false, refusal: refuse(items, total, wrong.size, entries.length) };
  }
  return { ok: true, documents, warnings: [...ignored, ...documents.flatMap(({ document }) => warningsOf(document))] };
}

/** Checks one value that is already parsed JSON. Pointers are `#/spec/…`. */
export function parseDocument(
  value: unknown,
):
  | { readonly ok: true; readonly document: Document; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly refusal: Refusal } {
  const tooMuch = measure(value);
  if (tooMuch !== null) {
    return { ok: false, refusal: unreadable([{ pointer: "#", code: "SLV1110", ...tooMuch }], "JSON") };
  }
  const parsed = parseOne(value);
  if (parsed.ok) {
    return { ok: true, document: parsed.document, warnings: warningsOf(parsed.document) };
  }
  const items = parsed.findings.map((finding) => toItem(finding, "#", null));
  return { ok: false, refusal: refuse(items, items.length, 1, 1) };
}
