// The one resource that is there without having been written: the Gateway `selvage`. It can be read and referred to;
// nobody changes it.
import { BUILT_IN_KEY, builtInGateway } from "../../compile/documents/built-in-gateway.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { StoredDocument } from "../../model/registry/registry.ts";

const REF = `Gateway/${BUILT_IN_KEY}`;
const SINCE = "1970-01-01T00:00:00.000Z";

/** null = the ref is nothing built in. */
export function builtIn(ref: string): StoredDocument | null {
  if (ref !== REF) return null;
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

/** 409 when any of the refs is built in. */
export function refuseBuiltIn(refs: readonly string[]): Refusal | null {
  const index = refs.indexOf(REF);
  if (index === -1) return null;
  return {
    problem: "conflict",
    detail: `${REF} is built in: it accepts every host and namespace, and can neither be changed nor deleted.`,
    errors: [
      {
        pointer: refs.length === 1 ? "#" : `#/${index}`,
        detail: "It is built in.",
        hint: "Make a Gateway of your own.",
      },
    ],
  };
}
