// `metadata` of a document: what users write. What Kubernetes or this registry wrote there is taken and dropped.
import * as z from "zod";
import { labelKeySchema, labelsSchema } from "./label-selector.ts";
import { documentNameSchema, nameSchema } from "./names.ts";
import { say } from "../../word/wording.ts";

/** Written by servers: accepted in a submitted document, so that what was read can be sent back, and ignored. */
export const SERVER_OWNED: readonly string[] = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "ownerReferences",
  "finalizers",
  "selfLink",
  "createdAt",
  "updatedAt",
  "updatedBy",
  "manager",
  "applySet",
  "revision",
];

const MAX_ANNOTATIONS = 262_144;

export const metadataSchema = z.strictObject({
  name: documentNameSchema,
  namespace: nameSchema.default("default"),
  labels: labelsSchema.default({}),
  annotations: z
    .record(labelKeySchema, z.string())
    .default({})
    .refine(
      (all) => Object.entries(all).reduce((sum, [key, value]) => sum + key.length + value.length, 0) <= MAX_ANNOTATIONS,
      { error: say("The annotations are larger than 256 KiB together", "Keep large data elsewhere and link to it.") },
    ),
});

/** Of documents whose name becomes a part of hosts. */
export const labelledMetadataSchema = metadataSchema.extend({ name: nameSchema });

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
