// The two core Kubernetes kinds that are taken as they stand in manifests. Their `spec` is kept, never interpreted.
import * as z from "zod";

/** Of a `Namespace` only the labels matter, and those are in the metadata. */
export const namespaceSpecSchema = z.record(z.string(), z.unknown());

/** A core `Service` is a registry entry without endpoints until some register. */
export const coreServiceSpecSchema = z.record(z.string(), z.unknown());

export type CoreServiceSpec = z.infer<typeof coreServiceSpecSchema>;
