// Gives one text to the parser and tells what it refused, in a form that reads well in an assertion.
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import type { Refusal } from "../../../src/model/word/problem.ts";

export function refusalOf(text: string, format: "yaml" | "json" = "yaml"): Refusal {
  const parsed = parseDocuments(text, format);
  if (parsed.ok) {
    throw new Error(`nothing was refused: ${JSON.stringify(parsed.documents).slice(0, 500)}`);
  }
  return parsed.refusal;
}

/** Every finding as `CODE pointer line:column | detail | hint`; pointers of the first document without its `#/0`. */
export function told(text: string, format: "yaml" | "json" = "yaml"): string[] {
  return (refusalOf(text, format).errors ?? []).map(
    ({ code, pointer, line, column, detail, hint }) =>
      `${code} ${pointer.replace(/^#\/0/, "")} ${line}:${column} | ${detail} | ${hint}`,
  );
}

/** The spec of the first document; all must be valid. */
export function specOf(text: string): unknown {
  const parsed = parseDocuments(text, "yaml");
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.refusal, null, 1));
  }
  return parsed.documents[0]?.document.spec;
}

/** A document whose spec begins on line 5 (a Gateway's listeners on line 7). */
export function route(spec: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n${spec}`;
}
export function gateway(listeners: string): string {
  const spec = `  gatewayClassName: x\n  listeners:\n${listeners}`;
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n${spec}`;
}
export function ours(kind: string, spec: string): string {
  return `apiVersion: selvage.dev/v1\nkind: ${kind}\nmetadata: {name: a}\nspec:\n${spec}`;
}
