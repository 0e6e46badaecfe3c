// What tools take, as schemas: names are judged by the admin API; here they only have a length.
import * as z from "zod";

const name = z.string().min(1).max(253);

export const namespaceArgument = name.describe("A namespace.");
export const kindArgument = name.describe("A kind, in any case: Service, HTTPRoute, RateLimitPolicy, …");
export const nameArgument = name.describe("The document's name.");
export const serviceArgument = name.describe("A service's name.");
export const documentsArgument = z
  .string()
  .min(1)
  .max(256 * 1024)
  .describe("YAML, several documents separated by ---.");
export const reasonArgument = z
  .string()
  .min(1)
  .max(500)
  .describe("Why, in a sentence for whoever reads history and audit.");
export const limitArgument = z.int().min(1).max(200).default(50).describe("How many at most.");
export const cursorArgument = z.string().max(1000).optional().describe("nextCursor of the answer before.");
export const setArgument = name.optional().describe("The apply set that these documents are.");
export const pruneArgument = z
  .boolean()
  .default(false)
  .describe("Remove documents of the set that are not among them.");

/** A part of a path. */
export const part = (text: string): string => encodeURIComponent(text);
