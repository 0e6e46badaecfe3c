// Which documents are about the whole mesh though they live in a namespace: only operators who are not limited to
// namespaces write those. Policies on the mesh, and whatever would take requests for every host.
import { overrideTarget } from "../../compile/overrides.ts";
import { BUILT_IN_GATEWAY, BUILT_IN_KEY, BUILT_IN_NAMESPACE } from "../../compile/documents/built-in-gateway.ts";
import { isPolicy } from "../../compile/policy/kinds.ts";
import { mergePatch } from "../../model/word/merge-patch.ts";
import type { Document, DocumentOf } from "../../model/document/document.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { parseOne } from "../../model/read/parse-document.ts";

/** Why the document is for the whole mesh; null = it is not. `next` holds what it may be an Override of. */
export function meshWideReason(document: Document, next: readonly Document[]): string | null {
  if (isPolicy(document)) {
    return document.spec.targetRefs.some(({ kind }) => kind === "Mesh") ? "it is on the mesh" : null;
  }
  switch (document.kind) {
    case "HTTPRoute":
      return takesEveryHost(document)
        ? "a route at the built-in Gateway that names no host (nor a name below one of two labels) takes requests of every host"
        : null;
    case "Gateway":
      return ofGateway(document);
    case "Override":
      return ofOverride(document, next);
    default:
      return null;
  }
}

function takesEveryHost({ metadata, spec }: DocumentOf<"HTTPRoute">): boolean {
  const builtIn = spec.parentRefs.some(
    ({ kind, namespace = metadata.namespace, name }) =>
      kind === "Gateway" && namespace === BUILT_IN_NAMESPACE && name === BUILT_IN_GATEWAY,
  );
  return (builtIn || spec.parentRefs.length === 0) && (spec.hostnames.length === 0 || spec.hostnames.some(isTooWide));
}

function ofGateway({ metadata, spec }: DocumentOf<"Gateway">): string | null {
  if (`${metadata.namespace}/${metadata.name}` === BUILT_IN_KEY) {
    return "it takes the built-in Gateway's place";
  }
  const open = spec.listeners.find(({ hostname }) => hostname === undefined || isTooWide(hostname));
  return open === undefined ? null : `its listener "${open.name}" names no host, and so takes requests of every host`;
}

/** `*.com`: nobody's domain. */
function isTooWide(hostname: string): boolean {
  return hostname.startsWith("*.") && !hostname.slice(2).includes(".");
}

/** An Override makes of its target what the target could be written as, too. */
function ofOverride(override: DocumentOf<"Override">, next: readonly Document[]): string | null {
  const { targetRefs } = override.spec.patch;
  if (Array.isArray(targetRefs) && targetRefs.some((one: unknown) => Object(one).kind === "Mesh")) {
    return "it is on the mesh";
  }
  const ref = overrideTarget(override);
  const target = next.find((one) => one.kind !== "Override" && refOfDocument(one) === ref);
  if (target === undefined) {
    return null;
  }
  const { apiVersion, kind, metadata, spec } = target;
  const patched = parseOne({ apiVersion, kind, metadata, spec: mergePatch(spec, override.spec.patch) });
  return meshWideReason(target, next) ?? (patched.ok ? meshWideReason(patched.document, next) : null);
}
