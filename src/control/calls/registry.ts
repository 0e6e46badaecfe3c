// After a restore of the database: an admin says that the registry as it is now is the mesh's.
import * as z from "zod";
import { epochOf, isSetBack } from "../../decide/fleet/head.ts";
import { adoptionSchema, type Adoption } from "../../model/api/registry.ts";
import type { Head } from "../../model/registry/registry.ts";
import { MESH_OBJECT } from "../../model/word/refs.ts";
import { auditOf } from "../operator/audit-entry.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";

export function registerRegistry(app: ControlApp): void {
  register(app, {
    id: "adoptRegistry",
    method: "post",
    path: "/registry/adopt",
    role: "admin",
    scope: "mesh",
    writes: true,
    tag: "history",
    summary: "Have every isolate take the registry as it is, also where its revision is lower than what they run.",
    description:
      "For a database that was restored to an earlier time: revisions are then lower than those that isolates run, which they " +
      "would never take over. Isolates follow within two seconds, and load documents and endpoints anew.",
    params: z.object({}),
    query: z.object({}),
    body: noBody,
    answer: adoptionSchema,
    refusals: ["storageUnavailable"],
    async handle(exchange) {
      const { store, env } = exchange;
      const mesh = env.MESH.getByName(MESH_OBJECT);
      const head = await store.head();
      let known: Head;
      try {
        known = await mesh.announce(head);
      } catch {
        return { problem: "storageUnavailable", detail: "The mesh object, which isolates follow, cannot be reached." };
      }
      const epoch = Math.max(epochOf(head), epochOf(known)) + 1;
      const wasSetBack = isSetBack(head, known);
      // The audit first: an epoch that nobody is accountable for must not begin.
      const detail = { epoch, known: known.revision };
      await store.appendAudit(auditOf(exchange, { action: "adoptRegistry", target: "mesh", detail }));
      await store.beginEpoch(epoch);
      const adopted: Adoption = { epoch, revision: head.revision, known: known.revision, wasSetBack };
      // Lost, it is made up for by the sweep, and by the first isolate that loads.
      await mesh.announce({ ...head, epoch }).catch(() => undefined);
      return { body: adopted };
    },
  });
}
