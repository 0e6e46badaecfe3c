// The body of `PUT /namespaces/{ns}/{kind}/{name}`: one document, which the path names. What the path says may be left
// out of the body; what contradicts it is refused.
import * as z from "zod";
import { refuseWarnings } from "../../change/verdict.ts";
import type { Document } from "../../model/document/document.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { kinds } from "../../model/document/kinds.ts";
import { parseDocument } from "../../model/read/parse-documents.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { DocumentIdentity } from "../http/document-identity.ts";
import { jsonBody } from "./json-body.ts";
import { isRecord } from "../../model/word/record.ts";

type Json = Readonly<Record<string, unknown>>;

export const documentBody = jsonBody<z.ZodType<Json>>(
  z.record(z.string(), z.unknown()).meta({ id: "Document", description: "One resource document." }),
);

export function documentOf(
  body: Json,
  { kind, namespace, name, ref }: DocumentIdentity,
  strict: boolean,
): { readonly document: Document; readonly warnings: readonly Finding[] } | Refusal {
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  const parsed = parseDocument({
    apiVersion: kinds[kind].apiVersions[0],
    kind,
    ...body,
    metadata: { name, namespace, ...metadata },
  });
  if (!parsed.ok) {
    return parsed.refusal;
  }
  const { document, warnings } = parsed;
  const found = refOfDocument(document);
  if (found === ref) {
    return strict && warnings.length > 0 ? refuseWarnings(warnings, [{ document, index: null }]) : parsed;
  }
  const detail = `The body is ${found}, the path says ${ref}.`;
  return {
    problem: "validation",
    detail,
    errors: [
      { pointer: "#/metadata", detail, hint: "Leave kind, name and namespace out, or write those of the path." },
    ],
  };
}
