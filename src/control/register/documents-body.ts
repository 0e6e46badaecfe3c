// Bodies of apply, diff and validate: documents as YAML or JSON. What is not readable at all is refused here; what is
// readable and not valid is handed on, because `validate` answers with it.
import * as z from "zod";
import { parseDocuments, type ParsedDocument } from "../../model/read/parse-documents.ts";
import type { Finding } from "../../model/word/finding.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { mediaType, readText, refuseBody } from "../http/body.ts";
import type { BodyKind } from "./operation.ts";

export type Documents =
  | { readonly ok: true; readonly documents: readonly ParsedDocument[]; readonly warnings: readonly Finding[] }
  | { readonly ok: false; readonly refusal: Refusal };

const formats: Readonly<Record<string, "json" | "yaml">> = {
  "application/json": "json",
  "application/yaml": "yaml",
  "application/x-yaml": "yaml",
  "text/yaml": "yaml",
};

const schema = z
  .union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))])
  .meta({ id: "Documents", description: "One document, an array of them, or `{items: […]}`; YAML may hold several." });

export const documentsBody: BodyKind<Documents> = {
  content: Object.fromEntries(Object.keys(formats).map((type) => [type, { schema }])),
  required: true,
  async read(request) {
    const type = mediaType(request);
    const format = type === null ? undefined : formats[type];
    if (format === undefined) {
      return refuseBody({
        problem: "unsupportedMediaType",
        detail: `This call takes application/yaml or application/json, not ${type ?? "a body without content-type"}.`,
      });
    }
    const text = await readText(request);
    if (!text.ok) {
      return text;
    }
    const parsed = parseDocuments(text.value, format);
    if (!parsed.ok && parsed.refusal.problem !== "validation") {
      return parsed;
    }
    return { ok: true, value: parsed };
  },
};
