// What the admin API says, common part: problems, findings, resources, lists. One schema for handlers, OpenAPI document
// and typed clients; the families of calls have their own files (`apply.ts`, `registry.ts`, …).
import * as z from "zod";
import { roles } from "../word/roles.ts";

/** Largest body of any admin call, bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

const problemItemSchema = z
  .object({
    pointer: z.string().meta({ description: "JSON Pointer (RFC 6901), `#` first, into the body that was sent." }),
    detail: z.string(),
    code: z.string().optional(),
    hint: z.string().optional(),
    line: z.int().optional().meta({ description: "1-based, when the body was YAML." }),
    column: z.int().optional(),
  })
  .meta({ id: "ProblemItem" });

export const problemSchema = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().regex(/^SLV\d{4}$/),
    requestId: z.string().meta({ description: "The answer's `x-request-id`." }),
    errors: z.array(problemItemSchema).readonly().optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details; `code` is stable and never reused." });

export const findingSchema = z
  .object({
    severity: z.enum(["warning", "error"]),
    code: z.templateLiteral(["SLV1", z.number()]).meta({ type: "string", pattern: "^SLV1\\d{3}$" }),
    ref: z.string().meta({ description: "`<Kind>/<namespace>/<name>`." }),
    pointer: z.string().meta({ description: 'JSON Pointer into that document, `""` for all of it.' }),
    message: z.string(),
    hint: z.string().optional(),
    example: z
      .object({
        method: z.string(),
        url: z.string(),
        headers: z.record(z.string(), z.string()).readonly().optional(),
      })
      .readonly()
      .optional()
      .meta({ description: "A request that shows the finding." }),
  })
  .meta({ id: "Finding" });

/** A stored document as answers show it: the user's, with defaults filled, and what the registry knows about it. */
export const resourceSchema = z
  .object({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: z.object({
      name: z.string(),
      namespace: z.string(),
      labels: z.record(z.string(), z.string()).readonly(),
      annotations: z.record(z.string(), z.string()).readonly(),
      uid: z.string(),
      resourceVersion: z
        .string()
        .meta({ description: "Mesh revision of the last change; the ETag is this in quotes." }),
      generation: z.int().meta({ description: "Counts changes of `spec`." }),
      createdAt: z.string(),
      updatedAt: z.string(),
      updatedBy: z.string(),
      manager: z.string(),
      applySet: z.string().nullable(),
    }),
    spec: z.record(z.string(), z.unknown()).readonly(),
    status: z.record(z.string(), z.unknown()).readonly().nullable(),
  })
  .meta({ id: "Resource" });

export type Resource = z.infer<typeof resourceSchema>;

/** `GET /resources`. `nextCursor` null = the last page. */
export const resourceListSchema = z
  .object({
    items: z.array(resourceSchema).readonly(),
    nextCursor: z.string().nullable(),
    revision: z.int().meta({ description: "The mesh's revision when the list was read." }),
  })
  .meta({ id: "ResourceList" });

export type ResourceList = z.infer<typeof resourceListSchema>;

/** Roles of operators, weakest first: each may do what those before it may. */
export const roleSchema = z.enum(roles).meta({ id: "Role" });
export type Role = z.infer<typeof roleSchema>;

/** `/_selvage/problems/{code}`. */
export const codeExplanationSchema = z
  .object({
    code: z.string(),
    title: z.string(),
    status: z.int().nullable().meta({ description: "HTTP status; null = a finding inside another answer." }),
    why: z.string(),
    fix: z.string(),
  })
  .meta({ id: "CodeExplanation" });
