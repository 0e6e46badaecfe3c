// Changes of credentials and contract states: a revision like any other, whose documents are those of the one before.
import type { IdentityState } from "../model/registry/identity.ts";
import type { Refusal } from "../model/word/problem.ts";
import { change, type MeshState, type WriteOptions } from "./change.ts";

/** Who changes what, and why. */
export interface IdentityChange extends Pick<
  WriteOptions,
  "actor" | "role" | "ip" | "reason" | "asked" | "now" | "localMesh" | "meshDomain"
> {
  /** The call's operation id, for the audit. */
  readonly action: string;
  /** What history says was done: `rotate application/shop/mobile`. */
  readonly source: string;
  /** A document's ref. */
  readonly target: string;
  /** For the audit, after the change is planned; never a secret. */
  readonly detail: () => Readonly<Record<string, unknown>>;
}

type IdentityChanged =
  { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Asks `edit` for the state that is to be, and makes it revision n + 1; asks again when another writer was faster. A
 * state that is the same makes no revision.
 */
export async function changeIdentities(
  store: Parameters<typeof change>[0],
  about: IdentityChange,
  edit: (mesh: MeshState) => { readonly identities: IdentityState } | { readonly refusal: Refusal },
): Promise<IdentityChanged> {
  const { action, target, detail, ...who } = about;
  const options: WriteOptions = { ...who, dryRun: false, strict: false, expected: null, manager: "api" };
  const applied = await change(store, options, { incoming: [], target, rolledBackTo: null, action, detail }, (mesh) => {
    const edited = edit(mesh);
    if ("refusal" in edited) {
      return { ok: false, refusal: edited.refusal };
    }
    const next = mesh.documents.map(({ document }) => document);
    return { ok: true, plan: { changes: [], next, findings: [], identities: edited.identities } };
  });
  return applied.ok ? { ok: true, revision: applied.result.revision } : applied;
}
