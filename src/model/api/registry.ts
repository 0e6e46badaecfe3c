// What the history of the mesh answers: revisions, their content, and which isolates run them.
import * as z from "zod";
import { planItemSchema, planSummarySchema } from "./apply.ts";

const revisionSchema = z
  .object({
    revision: z.int(),
    at: z.string().meta({ description: "RFC 3339, UTC." }),
    actor: z.string(),
    source: z.string().meta({ description: "Which call wrote it: apply, put, delete, rollback." }),
    reason: z.string().nullable(),
    summary: planSummarySchema,
    rolledBackTo: z.int().nullable().meta({ description: "The revision whose documents this one restored." }),
  })
  .meta({ id: "Revision" });

export const revisionListSchema = z
  .object({
    items: z.array(revisionSchema).readonly(),
    nextCursor: z.string().nullable(),
    revision: z.int().meta({ description: "The current one." }),
  })
  .meta({ id: "RevisionList" });

/** One document's change within a revision; `before` null = created, `after` null = removed. */
const revisionChangeSchema = z
  .object({
    ref: z.string(),
    action: planItemSchema.shape.action,
    before: z.record(z.string(), z.unknown()).readonly().nullable(),
    after: z.record(z.string(), z.unknown()).readonly().nullable(),
  })
  .meta({ id: "RevisionChange" });

export const revisionDetailSchema = revisionSchema
  .extend({ changes: z.array(revisionChangeSchema).readonly() })
  .meta({ id: "RevisionDetail" });

/** One isolate's last question to the mesh object: that it asks with its revision is the receipt. */
const receiptSchema = z
  .object({
    isolate: z.string(),
    colo: z.string().nullable(),
    edge: z.string().nullable().meta({ description: "Name of the isolate group (`selvage up --edges N`)." }),
    revision: z.int(),
    seenAt: z.string(),
  })
  .meta({ id: "Receipt" });

export const propagationSchema = z
  .object({
    revision: z.int().meta({ description: "The revision that was asked about." }),
    head: z.int().meta({ description: "The current revision." }),
    complete: z.boolean().meta({ description: "Every isolate that asked lately runs this revision or a later one." }),
    current: z.int().meta({ description: "Isolates that run this revision or a later one." }),
    behind: z.int(),
    ageMs: z
      .number()
      .nullable()
      .meta({ description: "Since the revision was announced; null = longer ago than the mesh remembers." }),
    setBack: z.boolean().meta({
      description:
        "The registry was restored to before what isolates run, and nobody has adopted it yet: `POST /registry/adopt`.",
    }),
    p99Ms: z
      .number()
      .nullable()
      .meta({ description: "From announcement to running it, of isolates that were behind; null = none was." }),
    slowestMs: z.number().nullable(),
    colos: z.array(z.object({ colo: z.string(), current: z.int(), behind: z.int() })).readonly(),
    isolates: z.array(receiptSchema).readonly(),
  })
  .meta({ id: "Propagation" });

export const adoptionSchema = z
  .object({
    epoch: z.int().meta({ description: "Counts adoptions; isolates take the registry of a later one as it is." }),
    revision: z.int().meta({ description: "Where the registry stands." }),
    known: z.int().meta({ description: "The revision that the mesh knew until now." }),
    wasSetBack: z
      .boolean()
      .meta({ description: "false: the registry was where the mesh knew it; isolates load it anew." }),
  })
  .meta({ id: "Adoption" });

export type Adoption = z.infer<typeof adoptionSchema>;
export type Revision = z.infer<typeof revisionSchema>;
export type RevisionList = z.infer<typeof revisionListSchema>;
export type RevisionChange = z.infer<typeof revisionChangeSchema>;
export type RevisionDetail = z.infer<typeof revisionDetailSchema>;
export type Propagation = z.infer<typeof propagationSchema>;
