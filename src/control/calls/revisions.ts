// History: what each revision changed, who runs it, and the way back.
import * as z from "zod";
import { MESH_OBJECT } from "../../model/word/refs.ts";
import { rollback } from "../../change/apply.ts";
import { applyResultSchema, rollbackRequestSchema } from "../../model/api/apply.ts";
import { propagationSchema, revisionDetailSchema, revisionListSchema } from "../../model/api/registry.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { announceAfter } from "../view/announce-after.ts";
import { isRefusal } from "../http/answer.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { numberedPage, pageQuerySchema } from "../http/paging.ts";
import { basisOfMesh, etag } from "../register/precondition.ts";
import { type ControlApp, register } from "../register/register.ts";
import { revisionParameter } from "../http/route-parameters.ts";
import { seenRevision, visible, visiblePart } from "../operator/redact.ts";
import { toChange, toRevision } from "../register/to-api.ts";
import { dryRunShape, writeOptions, writeQueryShape } from "../register/write-options.ts";

const tag = "history";
const params = z.object({ n: revisionParameter });
const nothing = z.object({});
const absent = (n: number): Refusal => ({ problem: "notFound", detail: `There is no revision ${n}.` });

export function registerRevisions(app: ControlApp): void {
  register(app, {
    id: "listRevisions",
    method: "get",
    path: "/revisions",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Revisions of the mesh, newest first.",
    params: nothing,
    query: pageQuerySchema,
    body: noBody,
    answer: revisionListSchema,
    versioned: true,
    refusals: [],
    async handle({ query, store, operator }) {
      const [{ revision }, page] = await Promise.all([
        store.head(),
        numberedPage(
          query,
          (range) => store.revisions(range),
          (record) => record.revision,
        ),
      ]);
      if (isRefusal(page)) {
        return page;
      }
      const numbers = page.items.map((record) => record.revision);
      const range = { from: numbers.at(-1) ?? 0, to: numbers[0] ?? 0 };
      const { namespaces } = operator;
      const touched = namespaces === null ? new Set() : await store.touched(range, namespaces);
      const items = page.items.map((one) => seenRevision(operator, toRevision(one), touched.has(one.revision)));
      return {
        body: { items, nextCursor: page.nextCursor, revision },
        headers: { etag: etag(revision) },
      };
    },
  });

  register(app, {
    id: "getRevision",
    method: "get",
    path: "/revisions/{n}",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "One revision: each document that it changed, before and after.",
    params,
    query: nothing,
    body: noBody,
    answer: revisionDetailSchema,
    refusals: ["notFound"],
    async handle({ params: { n }, store, operator }) {
      const record = await store.revision(n);
      if (record === null) {
        return absent(n);
      }
      const changes = visible(operator, record.changes).map(toChange);
      return { body: { ...seenRevision(operator, toRevision(record), changes.length > 0), changes } };
    },
  });

  register(app, {
    id: "rollback",
    method: "post",
    path: "/revisions/{n}/rollback",
    role: "operator",
    scope: "each",
    writes: true,
    tag,
    summary: "Bring the documents of a revision back, as a new revision.",
    params,
    query: z.object({ ...dryRunShape, ...writeQueryShape }),
    body: jsonBody(rollbackRequestSchema, {}),
    headers: [
      { name: "if-match", description: 'The mesh revision that the write is based on, `"17"`; `*` for admins.' },
    ],
    answer: applyResultSchema,
    refusals: ["notFound", "validation", "strictWarnings", "outpaced", "preconditionFailed"],
    async handle(exchange) {
      const { params, body, store, operator, request } = exchange;
      const basis = basisOfMesh(request.headers, operator, (await store.head()).revision);
      if (isRefusal(basis)) {
        return basis;
      }
      const options = writeOptions(exchange, { source: "rollback", ...basis });
      const applied = await rollback(store, params.n, { ...options, reason: body.reason ?? options.reason });
      if (!applied.ok) {
        return applied.refusal;
      }
      await announceAfter(exchange, applied.result);
      return { body: visiblePart(operator, applied.result), headers: { etag: etag(applied.result.revision) } };
    },
  });

  register(app, {
    id: "getPropagation",
    method: "get",
    path: "/revisions/{n}/propagation",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Which isolates and data centres run a revision, or a later one.",
    description:
      "Isolates that have not asked for two seconds ask before they decide anything again: with an older revision they are " +
      "listed for half a minute, and not counted as behind.",
    params,
    query: nothing,
    body: noBody,
    answer: propagationSchema,
    refusals: ["notFound"],
    async handle({ params: { n }, store, env }) {
      const head = await store.head();
      if (n > head.revision) {
        return absent(n);
      }
      try {
        const mesh = env.MESH.getByName(MESH_OBJECT);
        // A registry that was set back since is seen by where it stands.
        await mesh.announce(head);
        return { body: await mesh.propagation(n) };
      } catch {
        return { problem: "storageUnavailable", detail: "The mesh object, which knows that, cannot be reached." };
      }
    },
  });
}
