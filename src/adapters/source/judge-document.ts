// Whether the mesh's own parser takes what an importer made. What it refuses is left out and told, each finding at the
// field of the source where that is the same document.
import { toPointer } from "../../model/word/json-pointer.ts";
import { parseOne } from "../../model/read/parse-document.ts";
import type { ImportNote, PlainDocument } from "./import-note.ts";

/** Notes for what keeps the document out; none = it is taken. `same`: source and document are the same fields. */
export function judgeDocument(document: PlainDocument, ref: string, same: boolean): ImportNote[] {
  const parsed = parseOne(document);
  if (parsed.ok) {
    return [];
  }
  const { kind, metadata } = document;
  return parsed.findings.map(({ path, detail, hint }) => {
    const pointer = toPointer(path);
    const what = same ? "The document is left out" : `The ${kind} ${metadata.name} is left out (${pointer})`;
    const message = `${what}: ${detail}${hint === undefined ? "" : `. ${hint}`}`;
    return { ref, pointer: same ? pointer : "", severity: "dropped", message };
  });
}

/** The least of a zod schema, so that importers need no zod. */
interface Schema {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** What the schema has against the value, in one sentence without its end; null when it takes it. */
export function refusalOf(schema: Schema, value: unknown): string | null {
  const { success, error } = schema.safeParse(value);
  return success ? null : (error?.issues[0]?.message.split("\n")[0] ?? "It is not valid");
}
