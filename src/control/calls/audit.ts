// The audit, read: who changed what, and whether the chain of rows is whole.
import * as z from "zod";
import { auditListSchema, auditVerificationSchema } from "../../model/api/operators.ts";
import { noBody } from "../register/json-body.ts";
import { numberedPage, pageQuerySchema } from "../http/paging.ts";
import { type ControlApp, register } from "../register/register.ts";

const tag = "operators";

export function registerAudit(app: ControlApp): void {
  register(app, {
    id: "listAudit",
    method: "get",
    path: "/audit",
    role: "viewer",
    scope: "mesh",
    writes: false,
    tag,
    summary: "Writes that happened and writes that were refused, newest first.",
    description:
      "Append-only; every row holds the digest of the one before it. A write and its row are one transaction. " +
      "Refusals of callers whom nobody knows are not kept, but for a few failed logins.",
    params: z.object({}),
    query: pageQuerySchema,
    body: noBody,
    answer: auditListSchema,
    refusals: [],
    async handle({ query, store }) {
      const page = await numberedPage(
        query,
        (range) => store.audit(range),
        ({ seq }) => seq,
      );
      return "problem" in page ? page : { body: page };
    },
  });

  register(app, {
    id: "verifyAudit",
    method: "get",
    path: "/audit/verify",
    role: "viewer",
    scope: "mesh",
    writes: false,
    tag,
    summary: "Walk the whole chain and say where it is broken, if it is.",
    params: z.object({}),
    query: z.object({}),
    body: noBody,
    answer: auditVerificationSchema,
    refusals: [],
    handle: async ({ store }) => ({ body: await store.verifyAudit() }),
  });
}
