// Findings (what lint and compilation say) as faults at their place in the user's files, where that is known.
import type { ValidationFinding } from "../../model/api/apply.ts";
import type { Bundle, SourcePlace } from "../session/bundle-sources.ts";
import { excerpt } from "./excerpt.ts";
import type { Terminal } from "../session/terminal.ts";

/** Prints them on stderr, with the request that shows each, when there is one. */
export async function printFindings(
  findings: readonly ValidationFinding[],
  bundle: Bundle | null,
  terminal: Terminal,
): Promise<void> {
  const locate = findings.length > 0 && bundle !== null ? await placesOf(bundle) : () => null;
  for (const finding of findings) {
    const { severity, code, ref, message, hint, pointer, example } = finding;
    const fault = { severity, code, ref: ref === "" ? null : ref, message, hint: hint ?? null, pointer };
    for (const text of excerpt({ ...fault, place: locate(finding) }, terminal)) {
      terminal.err(text);
    }
    if (example) {
      const headers = Object.entries(example.headers ?? {}).map(([name, value]) => ` -H '${name}: ${value}'`);
      terminal.err(`  see it: ${example.method} ${example.url}${headers.join("")}`);
    }
  }
}

/** `validate` says the line itself; `apply` and `diff` name the document and the field, which are looked up here. */
async function placesOf(bundle: Bundle): Promise<(finding: ValidationFinding) => SourcePlace | null> {
  const { parseDocuments } = await import("../../model/read/parse-documents.ts");
  const parsed = parseDocuments(bundle.body, "yaml");
  const documents = parsed.ok ? parsed.documents : [];
  return ({ line, column, ref, pointer }) => {
    if (line !== undefined) {
      return bundle.locate(line, column);
    }
    const source = documents.find(
      ({ document: { kind, metadata } }) => `${kind}/${metadata.namespace}/${metadata.name}` === ref,
    );
    const position = source?.locate(pointer) ?? null;
    return position === null ? null : bundle.locate(position.line, position.column);
  };
}
