// What apply, diff, validate, the writes of one resource and rollback answer: the plan, and what it met.
import * as z from "zod";
import { findingSchema, resourceSchema } from "./resource.ts";

/** RFC 6902 operation from the stored document to the new one (`/spec/…`, `/metadata/labels/…`). */
export const patchOperationSchema = z
  .object({
    op: z.enum(["add", "remove", "replace"]),
    path: z.string(),
    value: z.unknown().optional(),
  })
  .meta({ id: "PatchOperation" });

export const planItemSchema = z
  .object({
    ref: z.string().meta({ description: "`<Kind>/<namespace>/<name>`." }),
    action: z.enum(["create", "update", "unchanged", "prune", "delete"]),
    from: z.string().nullable().meta({ description: "resourceVersion that the change starts from; null = new." }),
    patch: z.array(patchOperationSchema).readonly(),
  })
  .meta({ id: "PlanItem" });

export const planSummarySchema = z
  .object({
    create: z.int(),
    update: z.int(),
    unchanged: z.int(),
    prune: z.int().meta({ description: "Documents removed." }),
  })
  .meta({ id: "PlanSummary" });

export const applyResultSchema = z
  .object({
    revision: z.int().meta({ description: "The mesh's revision after the call; when nothing was written, as before." }),
    planId: z.string().meta({ description: "Digest of base revision and changes: equal plans have equal ids." }),
    dryRun: z.boolean(),
    summary: planSummarySchema,
    items: z.array(planItemSchema).readonly(),
    warnings: z.array(findingSchema).readonly(),
  })
  .meta({ id: "ApplyResult" });

export type PatchOperation = z.infer<typeof patchOperationSchema>;
export type PlanItem = z.infer<typeof planItemSchema>;
export type PlanSummary = z.infer<typeof planSummarySchema>;
export type ApplyResult = z.infer<typeof applyResultSchema>;

/** A finding of `validate`, placed in the source where it can be. */
const validationFindingSchema = findingSchema
  .extend({
    line: z.int().optional().meta({ description: "1-based, when the body was YAML and the finding is in it." }),
    column: z.int().optional(),
  })
  .meta({ id: "ValidationFinding" });

export const validationSchema = z
  .object({
    valid: z.boolean().meta({ description: "No errors; warnings do not count." }),
    errors: z.array(validationFindingSchema).readonly(),
    warnings: z.array(validationFindingSchema).readonly(),
  })
  .meta({ id: "Validation" });

export type ValidationFinding = z.infer<typeof validationFindingSchema>;
export type Validation = z.infer<typeof validationSchema>;

/** `POST /revisions/{n}/rollback`; the body may be left out. */
export const rollbackRequestSchema = z
  .strictObject({ reason: z.string().min(1).max(500).optional() })
  .meta({ id: "RollbackRequest" });

export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;

/** Answer of `PUT`: the resource as it now is. With `dryRun`, as it was. */
export const writtenResourceSchema = resourceSchema
  .extend({
    revision: z.int().meta({ description: "The mesh's revision after the call." }),
    warnings: z.array(findingSchema).readonly(),
  })
  .meta({ id: "WrittenResource" });

export type WrittenResource = z.infer<typeof writtenResourceSchema>;
