// What becomes of `%2F` in paths: `keep-slashes` lets it through as a character of its segment, judged as it is. Said
// by an annotation, which Kubernetes' own schemas take too, or by a field of ours on a listener or a route.
import * as z from "zod";

export const PATH_ENCODING = "selvage.dev/path-encoding";
export const KEEP_SLASHES = "keep-slashes";

export const pathEncodingSchema = z
  .literal(KEEP_SLASHES)
  .optional()
  .describe("Ours: keep-slashes lets %2F in paths through, judged as it is; absent: such requests are a 400.");

/** Of a Service, a Gateway or an HTTPRoute. */
export function keepsSlashes({ annotations }: { readonly annotations: Readonly<Record<string, string>> }): boolean {
  return Object.hasOwn(annotations, PATH_ENCODING) && annotations[PATH_ENCODING] === KEEP_SLASHES;
}
