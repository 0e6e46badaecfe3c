// What findings mean for a write: which refuse it, which are told, and where in the caller's source they are. A finding
// about a document that the write neither touches nor affects is nobody's news.
import type { ProblemItem, Refusal } from "../model/word/problem.ts";
import type { Document } from "../model/document/document.ts";
import type { Finding } from "../model/word/finding.ts";
import { refOfDocument } from "../model/word/refs.ts";
import type { PlannedChange } from "./plan.ts";

/** A document as it was sent, and where it stands in what was sent. */
export interface SentDocument {
  readonly document: Document;
  /** Place in the body; null = the body is this one document. */
  readonly index: number | null;
  /** Line and column of a JSON Pointer into the document, when the body was text. */
  readonly locate?: (pointer: string) => { readonly line: number; readonly column: number } | null;
}

/** 422 when any finding is an error; null otherwise. */
export function refuseErrors(findings: readonly Finding[], incoming: readonly SentDocument[]): Refusal | null {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) {
    return null;
  }
  const what = errors.length === 1 ? "There is 1 error" : `There are ${errors.length} errors`;
  return {
    problem: "validation",
    detail: `${what}; nothing was written. First: ${errors[0]?.ref}: ${errors[0]?.message}`,
    errors: errors.map((finding) => placed(finding, incoming)),
  };
}

export function refuseWarnings(warnings: readonly Finding[], incoming: readonly SentDocument[]): Refusal {
  const what = warnings.length === 1 ? "There is 1 warning" : `There are ${warnings.length} warnings`;
  return {
    problem: "strictWarnings",
    detail: `${what}; nothing was written. First: ${warnings[0]?.ref}: ${warnings[0]?.message}`,
    errors: warnings.map((finding) => placed(finding, incoming)),
  };
}

/** The finding in terms of the body that was sent; about a document that was not in it, pointer `#`. */
function placed({ ref, pointer, message, hint, code }: Finding, incoming: readonly SentDocument[]): ProblemItem {
  const rest = { code, ...(hint === undefined ? {} : { hint }) };
  const source = incoming.find(({ document }) => refOfDocument(document) === ref);
  if (source === undefined) {
    return { pointer: "#", detail: `${ref}: ${message}`, ...rest };
  }
  const at = `#${source.index === null ? "" : `/${source.index}`}${pointer}`;
  return { pointer: at, detail: message, ...rest, ...source.locate?.(pointer) };
}

/**
 * Warnings about the documents of the change, and those elsewhere that were not there before it. `before` is asked only
 * when there is one elsewhere.
 */
export async function newWarnings(
  findings: readonly Finding[],
  changes: readonly PlannedChange[],
  before: () => Promise<readonly Finding[]>,
): Promise<Finding[]> {
  const warnings = findings.filter(({ severity }) => severity === "warning");
  const ours = new Set(changes.filter(({ after }) => after !== null).map(({ ref }) => ref));
  if (warnings.every(({ ref }) => ours.has(ref))) {
    return warnings;
  }
  const known = new Set((await before()).map(keyOf));
  return warnings.filter((finding) => ours.has(finding.ref) || !known.has(keyOf(finding)));
}

const keyOf = ({ code, ref, pointer, message }: Finding): string => JSON.stringify([code, ref, pointer, message]);
