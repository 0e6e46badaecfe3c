// The one resource that is there without having been written: the Gateway `selvage`. It can be read and referred to; an
// admin's own of that name takes its place.
import { BUILT_IN_KEY, builtInGateway } from "../../compile/documents/built-in-gateway.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { StoredDocument } from "../../model/registry/registry.ts";

const REF = `Gateway/${BUILT_IN_KEY}`;
const SINCE = "1970-01-01T00:00:00.000Z";

/** null = the ref is nothing built in. */
export function builtIn(ref: string): StoredDocument | null {
  if (ref !== REF) {
    return null;
  }
  return {
    document: builtInGateway,
    uid: "built-in",
    resourceVersion: 0,
    generation: 1,
    createdAt: SINCE,
    updatedAt: SINCE,
    updatedBy: "selvage",
    manager: "selvage",
    applySet: null,
    status: null,
  };
}

/** 409 when the ref is built in: there is nothing to delete. */
export function refuseBuiltIn(ref: string): Refusal | null {
  if (ref !== REF) {
    return null;
  }
  const detail = `${REF} is built in: it accepts every host and namespace, and cannot be deleted.`;
  const hint = "An admin may apply a Gateway of this name, which takes its place until it is deleted.";
  return { problem: "builtIn", detail, errors: [{ pointer: "#", detail: "It is built in.", hint }] };
}
