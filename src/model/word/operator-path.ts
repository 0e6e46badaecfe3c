// Paths that operators write: into rewrites, redirects, endpoints, probes. What stands in the snapshot is their
// canonical form and no other, so that what policies judge is what is forwarded. Not the paths of requests: those come
// with a query.
import { canonicalPath } from "./canonical-path.ts";
import { PATH_FAULTS } from "./path-fault.ts";

export type OperatorPath =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly detail: string; readonly hint: string };

const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\//i;
const HINT = "Write the path as it is after normalisation, such as /orders/v2.";

/** A whole path. Without a slash in front it gets one; `""` is `/`. */
export function operatorPath(text: string): OperatorPath {
  if (text.includes("?") || text.includes("#")) {
    const hint = "Remove it: each request keeps the query that its caller sent, and a fragment is never sent.";
    return { ok: false, detail: "The path holds a query or a fragment", hint };
  }
  if (URL_LIKE.test(text)) {
    return {
      ok: false,
      detail: "The path is a whole URL",
      hint: "Write the path alone; scheme, hostname and port have fields.",
    };
  }
  const found = canonicalPath(text.startsWith("/") ? text : `/${text}`);
  return found.ok ? { ok: true, path: found.path } : { ok: false, detail: PATH_FAULTS[found.reason], hint: HINT };
}

/** A path that others are put behind: what comes of that is canonical, too, as long as it is not too long. */
export function operatorPrefix(text: string): OperatorPath {
  const whole = operatorPath(text);
  if (!whole.ok) {
    return whole;
  }
  const extended = `${whole.path.endsWith("/") ? whole.path.slice(0, -1) : whole.path}/x`;
  const found = canonicalPath(extended);
  if (found.ok && found.path === extended) {
    return whole;
  }
  return { ok: false, detail: PATH_FAULTS[found.ok ? "unnamed-segment" : found.reason], hint: HINT };
}
