// One document by its name: read, written, deleted. Writes say what they are based on.
import * as z from "zod";
import { putOne, remove } from "../../change/apply.ts";
import { applyResultSchema, writtenResourceSchema } from "../../model/api/apply.ts";
import { resourceSchema } from "../../model/api/resource.ts";
import { announceAfter } from "../view/announce-after.ts";
import { isRefusal } from "../http/answer.ts";
import { builtIn, refuseBuiltIn } from "../register/built-in.ts";
import { documentBody, documentOf } from "../register/document-body.ts";
import { documentIdentityOf, identityParameters, refuseAbsent } from "../http/document-identity.ts";
import { noBody } from "../register/json-body.ts";
import { basisOfResource, etag } from "../register/precondition.ts";
import { type ControlApp, register } from "../register/register.ts";
import { toResource } from "../register/to-api.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { visiblePart } from "../operator/redact.ts";
import { dryRunShape, writeOptions, writeQueryShape } from "../register/write-options.ts";

const tag = "documents";
const path = "/namespaces/{ns}/{kind}/{name}";
const writeQuery = z.object({ ...dryRunShape, ...writeQueryShape });
const preconditions = [
  { name: "if-match", description: 'The ETag that the write is based on, `"17"`; `*` for admins.' },
  { name: "if-none-match", description: "`*`: only create." },
];
const writeRefusals = [
  ...(["notFound", "builtIn", "stillInUse", "outpaced", "validation", "strictWarnings"] as const),
  ...(["preconditionFailed", "preconditionRequired"] as const),
];

export function registerResource(app: ControlApp): void {
  register(app, {
    id: "getResource",
    method: "get",
    path,
    role: "viewer",
    scope: "path",
    writes: false,
    tag,
    summary: "One document, with its status. The ETag is what a write is based on.",
    params: identityParameters,
    query: z.object({}),
    body: noBody,
    answer: resourceSchema,
    versioned: true,
    refusals: ["notFound"],
    async handle({ params, store }) {
      const identity = documentIdentityOf(params);
      if (isRefusal(identity)) {
        return identity;
      }
      const { kind, namespace, name, ref } = identity;
      const stored = (await store.document(kind, namespace, name)) ?? builtIn(ref);
      if (stored === null) {
        return refuseAbsent(store, identity);
      }
      return { body: toResource(stored), headers: { etag: etag(stored.resourceVersion) } };
    },
  });

  register(app, {
    id: "putResource",
    method: "put",
    path,
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Create or replace one document.",
    params: identityParameters,
    query: writeQuery,
    body: documentBody,
    headers: preconditions,
    answer: writtenResourceSchema,
    creates: true,
    refusals: writeRefusals,
    async handle(exchange) {
      const { params, body, store, operator, request, query } = exchange;
      const identity = documentIdentityOf(params);
      if (isRefusal(identity)) {
        return identity;
      }
      const { kind, namespace, name, ref } = identity;
      const before = await store.document(kind, namespace, name);
      const basis = basisOfResource(request.headers, operator, ref, before?.resourceVersion ?? null);
      if (isRefusal(basis)) {
        return basis;
      }
      const parsed = documentOf(body, identity, query.strict);
      if (isRefusal(parsed)) {
        return parsed;
      }
      const options = writeOptions(exchange, { source: "put", ...basis });
      const applied = await putOne(store, { document: parsed.document, index: null }, options);
      if (!applied.ok) {
        return applied.refusal;
      }
      await announceAfter(exchange, applied.result);
      const tried = (applied.tried ?? []).find(({ document }) => refOfDocument(document) === ref) ?? before;
      const after = query.dryRun ? tried : await store.document(kind, namespace, name);
      if (after === null) {
        return { problem: "notFound", detail: `${ref} was written, and removed again meanwhile.` };
      }
      const { revision, warnings } = visiblePart(operator, applied.result);
      return {
        status: before === null ? 201 : 200,
        body: { ...toResource(after), revision, warnings: [...parsed.warnings, ...warnings] },
        // What was only tried is no version that a write could be based on.
        ...(query.dryRun ? {} : { headers: { etag: etag(after.resourceVersion) } }),
      };
    },
  });

  register(app, {
    id: "deleteResource",
    method: "delete",
    path,
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Delete one document.",
    params: identityParameters,
    query: writeQuery,
    body: noBody,
    headers: preconditions.slice(0, 1),
    answer: applyResultSchema,
    refusals: writeRefusals,
    async handle(exchange) {
      const { params, store, operator, request } = exchange;
      const identity = documentIdentityOf(params);
      if (isRefusal(identity)) {
        return identity;
      }
      const { kind, namespace, name, ref } = identity;
      const before = await store.document(kind, namespace, name);
      if (before === null) {
        return refuseBuiltIn(ref) ?? refuseAbsent(store, identity);
      }
      const basis = basisOfResource(request.headers, operator, ref, before.resourceVersion);
      if (isRefusal(basis)) {
        return basis;
      }
      const removed = await remove(store, identity, writeOptions(exchange, { source: "delete", ...basis }));
      if (!removed.ok) {
        return removed.refusal;
      }
      await announceAfter(exchange, removed.result);
      return { body: visiblePart(operator, removed.result), headers: { etag: etag(removed.result.revision) } };
    },
  });
}
