// Where a call of the app may lead: to a service of the mesh, `/svc/<service>/…`, and nowhere else; least of all to
// the mesh's own `/_selvage/`. Judged in the mesh's own reading of paths, and sent in that form.
import { canonicalPath } from "../model/word/canonical-path.ts";
import { PATH_FAULTS } from "../model/word/path-fault.ts";
import type { Refusal } from "../model/word/problem.ts";

type Target = { readonly ok: true; readonly target: string } | { readonly ok: false; readonly refusal: Refusal };

const TO_A_SERVICE = /^\/svc\/[a-z0-9-]+(?:\.[a-z0-9-]+)?(?:\/|$)/;

/** @param raw the request's target, as it came: path and query */
export function outboundTarget(raw: string): Target {
  const canonical = canonicalPath(raw, "keep");
  if (!canonical.ok) {
    const problem = canonical.reason === "too-long" ? "uriTooLong" : "malformedRequest";
    return { ok: false, refusal: { problem, detail: `${PATH_FAULTS[canonical.reason]}.` } };
  }
  const { path, matchPath, search } = canonical;
  if (!TO_A_SERVICE.test(path) || !TO_A_SERVICE.test(matchPath)) {
    const detail =
      "Calls go to /svc/<service>/… or /svc/<service>.<namespace>/…, which is where the mesh has services.";
    return { ok: false, refusal: { problem: "noRoute", detail } };
  }
  return { ok: true, target: path + search };
}
